"""Undo and redo of sliders."""

from hyperstyle.web.amount_history import AmountHistory, Amounts


def moved(history: AmountHistory, *moves: Amounts) -> Amounts:
    """Record moves that begin at no edit, and return the last amounts."""
    now: Amounts = {}
    for amounts in moves:
        history.record(now, amounts)
        now = amounts
    return now


def test_a_dragged_slider_is_one_move() -> None:
    history = AmountHistory()
    now = moved(history, {"smile": 1.0}, {"smile": 2.0}, {"smile": 2.0, "age": 1.0}, {"smile": 2.0, "age": 3.0})
    now = history.undo(now)
    assert now == {"smile": 2.0}
    now = history.undo(now)
    assert now == {}
    assert history.undo(now) == {}


def test_what_was_undone_comes_back_until_something_else_is_moved() -> None:
    history = AmountHistory()
    now = history.undo(moved(history, {"smile": 1.0}, {"smile": 1.0, "age": 1.0}))
    assert history.redo(now) == {"smile": 1.0, "age": 1.0}
    now = history.undo({"smile": 1.0, "age": 1.0})
    history.record(now, {"smile": 4.0})
    assert history.redo({"smile": 4.0}) == {"smile": 4.0}
    assert history.undo({"smile": 4.0}) == {"smile": 1.0}


def test_all_sliders_to_zero_is_a_move_of_its_own() -> None:
    history = AmountHistory()
    history.record(moved(history, {"smile": 1.0}), {}, dragged=False)
    assert history.undo({}) == {"smile": 1.0}
