"""Edits never wait for a whole inversion."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from hyperstyle.pauses import pause
from hyperstyle.web.device_queue import DeviceQueue


def test_quick_work_is_let_in_between_two_steps() -> None:
    queue, order = DeviceQueue(), []
    first_under_way, quick_waits = Event(), Event()

    def steps() -> Iterator[int]:
        for step in range(3):
            if step == 0:
                first_under_way.set()
                assert quick_waits.wait(10)
            order.append(f"step {step}")
            yield step

    def quick() -> None:
        first_under_way.wait(10)
        with queue.priority():
            order.append("edit")

    def watch() -> None:
        while not queue.waiting:
            first_under_way.wait(0.01)
        quick_waits.set()

    editor = Thread(target=quick)
    editor.start()
    Thread(target=watch).start()
    assert list(queue.interleave(steps())) == [0, 1, 2]
    editor.join(10)
    assert order == ["step 0", "edit", "step 1", "step 2"]


def test_quick_work_is_let_in_at_a_pause_inside_of_a_step() -> None:
    queue, order = DeviceQueue(), []
    under_way, quick_waits = Event(), Event()

    def steps() -> Iterator[int]:
        under_way.set()
        assert quick_waits.wait(10)
        order.append("first half")
        pause()
        order.append("second half")
        yield 0

    def quick() -> None:
        under_way.wait(10)
        with queue.priority():
            order.append("edit")

    def watch() -> None:
        while not queue.waiting:
            under_way.wait(0.01)
        quick_waits.set()

    threads = [Thread(target=quick), Thread(target=watch)]
    for thread in threads:
        thread.start()
    assert list(queue.interleave(steps())) == [0]
    for thread in threads:
        thread.join(10)
    assert order == ["first half", "edit", "second half"]


def test_a_step_that_fails_and_one_that_nobody_waits_for_give_their_turn_back() -> None:
    queue = DeviceQueue()

    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("a step failed")

    steps = queue.interleave(failing())
    assert next(steps) == 1
    with pytest.raises(ValueError, match="a step failed"):
        next(steps)
    left = queue.interleave(iter([1, 2]))
    next(left)
    with queue.priority():
        pass


def test_what_nobody_waits_for_lets_whole_inversions_go_first() -> None:
    queue, order, seen_to_wait = DeviceQueue(), [], Event()

    def unwanted() -> bool:
        if order:  # an inversion is under way
            seen_to_wait.set()
        return True

    def steps(name: str) -> Iterator[str]:
        for _ in range(2):
            order.append(name)
            yield name

    inversion = queue.interleave(steps("inversion"))
    next(inversion)
    background = Thread(target=lambda: list(queue.interleave(steps("background"), unwanted)))
    background.start()
    assert seen_to_wait.wait(10)
    assert list(inversion) == ["inversion"]
    background.join(10)
    assert order == ["inversion", "inversion", "background", "background"]


def test_what_somebody_waits_for_by_now_takes_its_turns() -> None:
    queue, wanted = DeviceQueue(), Event()
    background = queue.interleave(iter([1, 2]), lambda: not wanted.is_set())
    assert next(background) == 1
    inversion = queue.interleave(iter([1, 2]))
    next(inversion)
    wanted.set()
    assert next(background) == 2
    assert next(inversion) == 2
