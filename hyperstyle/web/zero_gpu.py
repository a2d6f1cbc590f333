"""ZeroGPU: a Space that lends a GPU for each call, after checking the visitor's quota, and runs the call in a fork.

Arguments and results of such a call are pickled, so their tensors are on the CPU.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import gradio as gr

from hyperstyle.errors import StudioError

T = TypeVar("T")
Work = Callable[..., Iterator[T]]
"""A generator function whose arguments and results can be pickled."""

REFUSALS = {
    "ZeroGPU quota exceeded": "Your time on this Space's GPU is used up for now: sign in to Hugging Face for more, come"
    " back later, or duplicate the Space.",
    "ZeroGPU pending credits exceeded": "Your other work on this Space's GPU is still running: wait until it is done.",
    "ZeroGPU illegal duration": "This would take the GPU for longer than one call may: choose fewer steps.",
    "ZeroGPU queue timeout": "No GPU became free within a minute: try again a little later.",
}
"""Title of an error of the package `spaces` -> sentence with what it means and what a visitor can do."""
LOST = "The GPU was lost before this was done: try again."


def is_zero_gpu() -> bool:
    """Return True on a Space that lends a GPU for each call."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


@dataclass(frozen=True)
class Refusal:
    """Message of a `StudioError`, yielded by the fork because only Gradio's own exceptions can leave it."""

    sentence: str


def on_lent_gpu(work: Work[T], seconds: Callable[..., float]) -> Work[T]:
    """Wrap `work` to request a GPU on ZeroGPU, for the number of seconds that `seconds` returns for its arguments."""
    try:
        import spaces  # type: ignore[import-not-found, import-untyped, unused-ignore]  # installed on a Space only
    except ImportError:
        return work

    @wraps(work)
    def forked(*args: Any) -> Iterator[T | Refusal]:  # noqa: ANN401
        try:
            yield from work(*args)
        except StudioError as error:
            yield Refusal(str(error))

    lent: Work[T | Refusal] = spaces.GPU(duration=seconds)(forked)

    @wraps(work)
    def asking(*args: Any) -> Iterator[T]:  # noqa: ANN401
        try:
            for answer in lent(*args):
                if isinstance(answer, Refusal):
                    raise StudioError(answer.sentence)
                yield answer
        except gr.Error as error:
            raise StudioError(REFUSALS.get(error.title, LOST)) from error

    return asking
