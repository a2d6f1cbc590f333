"""The choice of a domain: those that cannot be had here are greyed, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from hyperstyle.web.components import component


@dataclass(frozen=True)
class Offer:
    """A domain as the choice shows it."""

    name: str
    title: str
    reason: str = ""
    """Why it cannot be chosen; empty where it can."""
    command: str = ""
    """What would change that."""


def domain_choice(**settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Radio buttons; its `select` tells with `name` which domain was chosen."""
    return component("domain_choice", None, **settings)


def offered(offers: Sequence[Offer], chosen: str) -> dict[str, Any]:
    """Offers as the component's value."""
    missing = [
        {"title": offer.title, "reason": offer.reason, "command": offer.command} for offer in offers if offer.reason
    ]
    buttons = [
        {
            "name": offer.name,
            "title": offer.title,
            "off": bool(offer.reason),
            "on": offer.name == chosen,
            "reason": offer.reason,
        }
        for offer in offers
    ]
    return {"offers": buttons, "missing": missing}
