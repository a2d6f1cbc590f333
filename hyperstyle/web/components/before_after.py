"""Two pictures of the same size on top of each other, with a slider that divides them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr

from hyperstyle.web.components import always_new, component


@dataclass(frozen=True)
class Scene:
    """One picture of a film."""

    title: str
    picture: str
    """A data URI."""


def before_after(empty: str, value: dict[str, Any] | None = None, **settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Return the component; `empty` is its text while it has no picture. At the end of a film it sends `end`.

    The slider is an `<input type="range">`, which works with keyboard and touch. (Gradio's ImageSlider has no keyboard
    support.)
    """
    return component("before_after", value, label=empty, **settings)


def before_after_value(
    after: str, before: str | None, title: str, before_title: str = "Photo", film: Sequence[Scene] = ()
) -> dict[str, Any]:
    """Return the component's value for two pictures (data URIs); without `before` the other shows alone.

    A `film` is played once in place of `after`; its last scene should show that picture. The value is always new,
    because a preview may be shown in the component meanwhile (see `live_preview`).
    """
    scenes = [asdict(scene) for scene in film]
    return always_new({"after": after, "before": before, "title": title, "before_title": before_title, "film": scenes})
