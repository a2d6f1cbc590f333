"""Visitors' sessions are theirs alone, and bounded."""

from collections.abc import Callable

import pytest
import torch

from hyperstyle.editing.edits import Edits, StyleChoice, TextEdit
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion, StepRecord
from hyperstyle.metrics.photo_metrics import Metrics
from hyperstyle.photo.quads import Quad
from hyperstyle.recipe import Recipe
from hyperstyle.web.sessions import GRACE, HOUR, MAX_SHARED, SavedStep, Session, Sessions
from hyperstyle.web.work_store import WorkStore

QUAD = Quad((0, 0, 0, 9, 9, 9, 9, 0))
WORK = WorkStore(0)
"""All that is not in use lies on disk."""


def step(index: int = 0) -> SavedStep:
    """A step of no inversion in particular."""
    record = StepRecord(index, Metrics(0.1, 0.2, 0.8, None), 1.0)
    inversion = Inversion("faces", "hyperstyle", torch.zeros(1, 512), {}, QUAD, (9, 9), (record,))
    return SavedStep(WORK.keep(inversion, inversion.nbytes), b"")


def take_photo(session: Session, data: bytes = b"mine") -> None:
    session.take_photo(WORK.keep(data, len(data)), (9, 9), (), QUAD, is_drawing=False)


def photo_of(session: Session) -> bytes | None:
    return session.photo and session.photo.get()


def edited() -> Session:
    """A session with a photo, three steps, every kind of edit, a comparison, and polish under way."""
    session = Session("faces")
    take_photo(session)
    session.start_inversion(b"aligned")
    for index in range(3):
        session.put_step(index, step(index))
    session.set_amounts({"smile": 2.0})
    session.set_text(TextEdit("a face", "an old face"))
    session.choose_style("toon")
    session.start_comparison(b"crop")
    session.put_compared(0, step())
    session.start_polish()
    session.set_strength(0.5)
    return session


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions("faces", clock=clock)


def test_each_visitor_has_a_session_of_their_own(sessions: Sessions) -> None:
    one, other = sessions.of("one"), sessions.of("other")
    take_photo(one)
    assert other.photo is None
    assert sessions.of("one") is one


def test_an_hour_after_its_last_use_a_session_is_forgotten(sessions: Sessions, clock: Clock) -> None:
    take_photo(sessions.of("one"))
    clock.now = HOUR - 1
    assert photo_of(sessions.of("one")) == b"mine"
    clock.now = 2 * HOUR
    sessions.sweep()
    assert sessions.all() == []
    assert sessions.of("one").photo is None


def test_whoever_closes_the_page_is_forgotten_sooner_and_what_they_waited_for_ends(
    sessions: Sessions, clock: Clock
) -> None:
    session = sessions.of("one")
    task = session.start_inversion(b"aligned")
    assert session.task is task
    sessions.left("one")
    assert session.task is None
    clock.now = GRACE + 1
    sessions.sweep()
    assert sessions.all() == []
    sessions.left("one")  # twice does no harm


def test_within_an_hour_nobody_loses_work_to_others(sessions: Sessions) -> None:
    inversions = []
    for number in range(100):
        session = sessions.of(str(number))
        take_photo(session, bytes([number]))
        session.put_step(0, step())
        inversions.append(session.step().inversion)
    assert WORK.in_memory() <= inversions[0].nbytes
    for number, inversion in enumerate(inversions):
        assert photo_of(sessions.of(str(number))) == bytes([number])
        assert sessions.of(str(number)).step().inversion == inversion


def test_a_shared_session_is_a_copy_that_outlives_the_first_one(sessions: Sessions, clock: Clock) -> None:
    session = sessions.of("one")
    take_photo(session)
    session.put_step(0, step())
    session.set_amounts({"smile": 2.0})
    token = sessions.share(session)
    session.set_amounts({"smile": 5.0})
    clock.now = 3 * HOUR
    sessions.sweep()
    before = sessions.of("other")
    before.start_inversion(b"aligned")
    opened = sessions.open_shared("other", token)
    assert opened is sessions.of("other")
    assert before.task is None  # nothing goes on where nobody sees it
    assert (photo_of(opened), opened.edits.amounts) == (b"mine", {"smile": 2.0})
    opened.set_amounts({"smile": -1.0})
    assert sessions.open_shared("third", token).edits.amounts == {"smile": 2.0}
    for _ in range(MAX_SHARED):
        sessions.share(session)
    with pytest.raises(StudioError, match="no longer works"):
        sessions.open_shared("fourth", token)


@pytest.mark.parametrize(
    "restart",
    [
        take_photo,
        Session.clear_photo,
        lambda session: session.choose_domain("faces"),
        lambda session: session.take_example("faces", "one", WORK.keep(b"other", 5), (9, 9)),
        lambda session: session.start_inversion(b"aligned"),
        lambda session: session.open_inversion(step(), None),
    ],
    ids=["photo", "no photo", "domain", "example", "inversion", "saved inversion"],
)
def test_what_begins_anew_forgets_steps_edits_and_comparison(restart: Callable[[Session], object]) -> None:
    session = edited()
    assert session.edits == Edits({"smile": 2.0}, TextEdit("a face", "an old face"), StyleChoice("toon"), strength=0.5)
    before, task = session.steps, session.task
    restart(session)
    assert session.edits == Edits()
    assert not set(session.steps) & set(before)
    assert not session.compared
    assert session.compared_photo is None
    assert session.task is not task


def test_another_photo_forgets_where_the_face_was_and_a_saved_inversion_keeps_its_own_photo() -> None:
    session = edited()
    session.take_photo(WORK.keep(b"other", 5), (5, 5), (), None, is_drawing=True)
    assert (session.quad, session.aligned, session.example) == (None, None, None)
    session.open_inversion(step(), b"aligned")
    assert (photo_of(session), session.photo_size, session.aligned) == (b"other", (5, 5), b"aligned")
    session.open_inversion(step(), None)
    assert (session.photo, session.aligned) == (None, None)
    with pytest.raises(StudioError, match="click an example"):
        session.file()


def test_a_saved_inversion_of_a_changed_photo_keeps_its_changes() -> None:
    session = edited()
    session.apply(session.change(Edits({"smile": 2.0}), b"changed"))
    session.open_inversion(step(), b"aligned")
    assert len(session.changes) == 1
    session.open_inversion(step(), None)
    assert not session.changes


def test_changes_are_applied_gone_back_to_and_undone() -> None:
    session = edited()
    change = session.change(Edits({"smile": 2.0}), b"changed")
    session.apply(change)
    assert (session.steps, session.quad, session.aligned) == ((), None, None)
    session.start_inversion(b"aligned")
    session.put_step(0, step())
    other = session.change(Edits({"age": 1.0}), b"older")
    session.apply(other)
    session.go_back_to(0)
    assert session.changes == (other,)
    assert (session.step(), session.edits.amounts) == (change.step, {"smile": 2.0})
    session.undo_change()
    assert session.changes == ()
    with pytest.raises(StudioError, match="no longer there"):
        session.go_back_to(0)
    session.open_inversion(step(), None)
    with pytest.raises(StudioError, match="is missing"):
        session.change(Edits(), b"")


def test_polish_goes_on_from_the_chosen_step_at_full_strength() -> None:
    session = edited()
    first, second, _ = session.steps
    session.choose_step(7)  # there is none, so nothing changes
    assert session.step() is session.steps[2]
    session.choose_step(1)
    session.start_polish()
    polished = step(9)
    for _ in range(2):
        session.put_step(2, polished)
    assert session.steps == (first, second, polished)
    assert session.step() is polished
    assert (session.edits.strength, session.edits.amounts) == (1.0, {"smile": 2.0})


def test_edits_are_brought_within_their_limits_and_zero_is_none() -> None:
    session = edited()
    session.set_amounts({"smile": 9.0, "age": -9, "hair": 0})
    session.set_strength(7)
    session.set_style_amount(-1)
    session.set_person_alone(True)
    session.choose_style("pencil")
    assert session.edits.amounts == {"smile": 5.0, "age": -5.0}
    assert session.edits.strength == 1.2
    assert session.edits.style == StyleChoice("pencil", 0.0, person_alone=True)


def test_a_recipe_chooses_step_and_edits() -> None:
    session = edited()
    session.follow(Recipe(step=1, strength=0.5, edits={"age": 1.0}, style="toon", amount=0.25))
    assert session.step() is session.steps[1]
    assert session.edits == Edits({"age": 1.0}, None, StyleChoice("toon", 0.25), 0.5)
    session.follow(Recipe(step=1000))
    assert session.step() is session.steps[-1]


def test_the_methods_of_a_comparison_can_be_gone_on_with_until_another_photo_comes() -> None:
    session = edited()
    session.put_compared(1, step())
    chosen, photo = session.go_on_with(1)
    assert session.steps == (chosen,) == session.compared[1:]
    assert (session.aligned, session.edits.strength) == (photo, 1.0)
    take_photo(session)
    with pytest.raises(StudioError, match="press Compare again"):
        session.go_on_with(0)


def test_an_empty_session_says_what_to_do() -> None:
    for needed in (
        Session.file,
        Session.step,
        Session.start_polish,
        lambda session: session.set_amounts({"smile": 1.0}),
        lambda session: session.set_style_amount(1.0),
    ):
        with pytest.raises(StudioError, match="click an example"):
            needed(Session("faces"))
