"""A Space that lends a GPU for each call: the call runs in a fork that is given pickled arguments and answers so."""

import multiprocessing
import pickle
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import gradio as gr
import numpy as np
import pytest

from hyperstyle.domain_table import DOMAINS
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.edits import Edits, StyleChoice, TextEdit
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inverter import Inverter
from hyperstyle.web.engine import Engine
from hyperstyle.web.zero_gpu import REFUSALS, on_lent_gpu
from tests.web.conftest import EXAMPLES, directions, styles

FACES = DOMAINS["faces"]
END = b""


class Lender(ModuleType):
    """Stands for the package `spaces` where it lends GPUs: it runs each call in a fork, for seconds that it notes."""

    def __init__(self) -> None:
        super().__init__("spaces")
        self.seconds: list[float] = []
        self.refusal: gr.Error | None = None

    def GPU(self, duration: Callable[..., float]) -> Callable[..., Any]:  # noqa: N802 - as the package has it
        def decorate(work: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
            def lent(*arguments: Any) -> Iterator[Any]:
                self.seconds.append(duration(*arguments))
                if self.refusal:
                    raise self.refusal
                fork = multiprocessing.get_context("fork")
                receiving, sending = fork.Pipe(duplex=False)
                packed = pickle.dumps(arguments)
                worker = fork.Process(target=self.answer, args=(work, packed, sending), daemon=True)
                worker.start()
                sending.close()
                while (answer := receiving.recv_bytes()) != END:
                    yield pickle.loads(answer)
                worker.join()

            return lent

        return decorate

    @staticmethod
    def answer(work: Callable[..., Iterator[Any]], packed: bytes, pipe: Any) -> None:
        def run() -> None:
            for answer in work(*pickle.loads(packed)):
                pipe.send_bytes(pickle.dumps(answer))
            pipe.send_bytes(END)

        with ThreadPoolExecutor(1) as thread:  # as the package does; the forked thread's own helpers are not here
            thread.submit(run).result()


@pytest.fixture
def lender(monkeypatch: pytest.MonkeyPatch) -> Lender:
    lender = Lender()
    monkeypatch.setitem(sys.modules, "spaces", lender)
    return lender


@pytest.fixture
def engine(lender: Lender, inverter: Inverter) -> Engine:  # noqa: ARG001 - it has to be there first
    """A page's engine on such a Space, with its domain open."""
    opened = Engine([FACES], load_inverter=lambda *_: inverter, directions=directions, styles=styles)
    opened.start()
    opened.inverter(FACES.name)
    return opened


def test_an_inversion_is_made_edited_and_polished_in_forks(engine: Engine, lender: Lender, inverter: Inverter) -> None:
    crop = inverter.crop(EXAMPLES / "female_080.jpg")
    *_, last = engine.invert(FACES.name, crop, METHODS["hyperstyle"], 2)
    assert [step.index for step in last.inversion.steps] == [0, 1, 2]
    assert all(offset.device.type == "cpu" for offset in last.inversion.offsets.values())
    plain = engine.draw(last.inversion)
    assert np.abs(plain.astype(int) - last.pixels).mean() < 0.5
    for edits in (Edits({"age": 2.0}), Edits(style=StyleChoice("bold"))):
        assert (engine.draw(last.inversion, edits) != plain).any()
    assert len(list(engine.sweep(last.inversion, "age", [-1.0, 1.0], Edits()))) == 2
    *_, polished = engine.polish(FACES.name, crop, last.inversion, 2)
    assert [step.index for step in polished.inversion.steps] == [0, 1, 2, 3, 4]
    inverting, *drawing, polishing = lender.seconds
    assert inverting == polishing > max(drawing) >= 5


def test_more_steps_ask_for_the_gpu_for_longer(engine: Engine, lender: Lender, inverter: Inverter) -> None:
    crop = inverter.crop(EXAMPLES / "female_080.jpg")
    for steps in (0, 1):
        list(engine.invert(FACES.name, crop, METHODS["hyperstyle"], steps))
    assert lender.seconds[0] < lender.seconds[1]


def test_a_fork_does_not_wait_for_another_visitor_whose_face_is_being_looked_for(
    engine: Engine, inverter: Inverter
) -> None:
    crop = inverter.crop(EXAMPLES / "female_080.jpg")
    assert inverter.face_finder
    with inverter.face_finder._lock:
        assert len(list(engine.invert(FACES.name, crop, METHODS["w-encoder"], 0))) == 1


def test_a_sentence_of_ours_comes_out_of_the_fork_as_it_is(engine: Engine, inverter: Inverter) -> None:
    crop = inverter.crop(EXAMPLES / "female_080.jpg")
    *_, last = engine.invert(FACES.name, crop, METHODS["w-encoder"], 0)
    with pytest.raises(StudioError, match="takes no edits in words here"):
        engine.draw(last.inversion, Edits(text=TextEdit("a face", "an old face")))


@pytest.mark.parametrize("title", [*REFUSALS, "ZeroGPU worker error"])
def test_a_refused_gpu_is_told_in_our_own_words_with_what_to_do(lender: Lender, title: str) -> None:
    lender.refusal = gr.Error("You have exceeded your quota (60s requested vs. 0s left).", title=title)

    def work() -> Iterator[int]:
        yield 1

    with pytest.raises(StudioError) as refused:
        list(on_lent_gpu(work, lambda: 5)())
    assert "requested vs" not in str(refused.value)
    assert any(advice in str(refused.value) for advice in ("come back later", "wait until", "fewer steps", "try again"))


def test_directions_that_take_a_while_to_find_can_be_pickled() -> None:
    for domain in DOMAINS.values():
        for direction in Engine([domain]).directions[domain.name].values():
            assert isinstance(pickle.loads(pickle.dumps(direction)), Direction)
