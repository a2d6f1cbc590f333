"""The choice of a domain; those that cannot be used here lie behind "More kinds of picture", with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from hyperstyle.web.components import component


@dataclass(frozen=True)
class Offer:
    """A domain that the page offers."""

    name: str
    title: str
    reason: str = ""
    """Why it cannot be chosen; empty if it can."""
    command: str = ""
    """The command that makes it available, if there is one."""


def domain_choice(value: dict[str, Any], **settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Return the component, radio buttons, for a `domain_choice_value`.

    The data of a `select` event has the `name` of the chosen domain.
    """
    return component("domain_choice", value, **settings)


def domain_choice_value(offers: Sequence[Offer], chosen: str) -> dict[str, Any]:
    """Return the component's value for offers, with the one named `chosen` checked."""
    return {
        "offers": [
            {"name": offer.name, "title": offer.title, "on": offer.name == chosen}
            for offer in offers
            if not offer.reason
        ],
        "missing": [
            {"title": offer.title, "reason": offer.reason, "command": offer.command} for offer in offers if offer.reason
        ],
    }
