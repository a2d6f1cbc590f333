"""Visitors' work is theirs alone, and bounded."""

import pytest
import torch

from hyperstyle.errors import StudioError
from hyperstyle.inversion.record import Inversion, StepRecord
from hyperstyle.metrics import Figures
from hyperstyle.photo.quads import Quad
from hyperstyle.web.visits import GRACE, HOUR, MOST, SHARED, Run, Shot, Visit, Visits


def shot() -> Shot:
    """A step of no inversion in particular."""
    quad = Quad((0, 0, 0, 9, 9, 9, 9, 0))
    record = StepRecord(0, Figures(0.1, 0.2, 0.8, None), 1.0)
    return Shot(Inversion("faces", "hyperstyle", torch.zeros(1, 512), {}, quad, (9, 9), (record,)), b"")


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
def visits(clock: Clock) -> Visits:
    return Visits("faces", clock=clock)


def test_each_visitor_has_a_table_of_their_own(visits: Visits) -> None:
    one, other = visits.of("one"), visits.of("other")
    one.photo = b"mine"
    assert other.photo is None
    assert visits.of("one") is one


def test_an_hour_after_its_last_use_a_visit_is_forgotten(visits: Visits, clock: Clock) -> None:
    visits.of("one").photo = b"mine"
    clock.now = HOUR - 1
    assert visits.of("one").photo == b"mine"
    clock.now = 2 * HOUR
    visits.sweep()
    assert visits.all() == []
    assert visits.of("one").photo is None


def test_whoever_closes_the_page_is_forgotten_sooner_and_what_they_waited_for_ends(
    visits: Visits, clock: Clock
) -> None:
    visit = visits.of("one")
    visit.run = Run()
    visits.left("one")
    assert visit.run is None
    clock.now = GRACE + 1
    visits.sweep()
    assert visits.all() == []
    visits.left("one")  # twice does no harm


def test_the_one_left_alone_for_longest_makes_room(visits: Visits) -> None:
    for number in range(MOST):
        visits.of(str(number)).photo = bytes([number])
    visits.of("0")
    visits.of("one more")
    assert len(visits.all()) == MOST
    assert visits.of("0").photo == bytes([0])


def test_a_shared_visit_is_a_copy_that_outlives_the_first_one(visits: Visits, clock: Clock) -> None:
    visit = visits.of("one")
    visit.photo, visit.amounts, visit.shots = b"mine", {"smile": 2.0}, [shot()]
    token = visits.share(visit)
    visit.amounts["smile"] = 5.0
    clock.now = 3 * HOUR
    visits.sweep()
    opened = visits.open_shared("other", token)
    assert opened is visits.of("other")
    assert (opened.photo, opened.amounts) == (b"mine", {"smile": 2.0})
    opened.amounts["smile"] = -1.0
    assert visits.open_shared("third", token).amounts == {"smile": 2.0}
    for _ in range(SHARED):
        visits.share(visit)
    with pytest.raises(StudioError, match="has ended"):
        visits.open_shared("fourth", token)


def test_an_empty_table_says_what_to_do() -> None:
    for needed in (Visit.prepared, Visit.inversion, Visit.recipe):
        with pytest.raises(StudioError, match="click an example"):
            needed(Visit("faces"))
