"""The two functions that everything else begins with."""

import torch

from hyperstyle.domain_table import DOMAINS
from hyperstyle.inverter import Inverter


def load(domain: str = "faces-lite", device: torch.device | str | None = None) -> Inverter:
    """Load a domain: `hyperstyle.load("faces-lite")`.

    `device` is as on the command line: `cpu`, `cuda`, `cuda:1` or `mps`; if not given, what HYPERSTYLE_DEVICE names, or
    the best one here. Weights that are not here yet are fetched.
    """
    return Inverter.load(domain, device)


def domains() -> dict[str, str]:
    """The titles of all domains, by name."""
    return {name: domain.title for name, domain in DOMAINS.items()}
