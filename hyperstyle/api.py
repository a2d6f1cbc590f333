"""The entry points of the library: `hyperstyle.load` and `hyperstyle.domains`."""

import torch

from hyperstyle.domain_table import DOMAINS
from hyperstyle.inverter import Inverter


def load(domain: str = "faces-lite", device: torch.device | str | None = None) -> Inverter:
    """Load a domain: `hyperstyle.load("faces-lite")`.

    `device` is `cpu`, `cuda`, `cuda:1` or `mps`; the default is HYPERSTYLE_DEVICE, or else the best device of this
    machine. Missing weights are downloaded.
    """
    return Inverter.load(domain, device)


def domains() -> dict[str, str]:
    """Return the titles of all domains, by name."""
    return {name: domain.title for name, domain in DOMAINS.items()}
