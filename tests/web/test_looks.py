"""The page on every screen, in the dark, by keyboard, and for those who cannot see it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.conftest import EXAMPLES, Open
from tests.web.served_page import Served
from tests.web.visitor import invert, picture, set_slider, status, until_another

TABS = ("Invert", "Edit", "Text", "Worlds", "Compare")
GRADIOS_OWN = {
    "aria-allowed-attr",  # aria-dropeffect and aria-haspopup on its upload area
    "nested-interactive",  # its file field inside the button that opens it
}


def serious(page: Page) -> list[dict[str, Any]]:
    """What axe finds that keeps people from using the page, but for what lies in Gradio's own parts."""
    # What is on its way in or out is half transparent for a moment, and nobody could read that.
    page.wait_for_function("document.getAnimations().every((animation) => animation.playState != 'running')")
    found = Axe().run(page).response["violations"]
    return [
        {"rule": fault["id"], "where": [node["html"][:150] for node in fault["nodes"]]}
        for fault in found
        if fault["impact"] in ("serious", "critical") and fault["id"] not in GRADIOS_OWN
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_anybody_from_using_it(visit: Open, *, dark: bool) -> None:
    page = visit(dark=dark)
    invert(page, EXAMPLES / "male_090.jpg")
    page.get_by_role("button", name="Share").first.click()
    expect(page.get_by_label("Link").first).to_be_visible()
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        assert serious(page) == []


def test_dark_is_dark(visit: Open) -> None:
    light, dark = (visit(dark=dark) for dark in (False, True))
    backgrounds = [page.evaluate("getComputedStyle(document.body).backgroundColor") for page in (light, dark)]
    brightness = [sum(map(int, colour.split("(")[1].rstrip(")").split(",")[:3])) for colour in backgrounds]
    assert brightness[0] > 700
    assert brightness[1] < 100


def test_on_a_phone_results_stand_above_and_nothing_is_cut_off(visit: Open) -> None:
    page = visit(width=390, height=844)
    invert(page, EXAMPLES / "male_090.jpg")
    result, door = page.locator("#result").bounding_box(), page.locator(".photo").bounding_box()
    assert result
    assert door
    assert result["y"] < door["y"]
    assert result["width"] > 340
    for tab in ("Invert", "Edit"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#edit-faces-smile").scroll_into_view_if_needed()
    edited = page.locator("#edited").bounding_box()
    assert edited
    assert edited["y"] >= 0  # the picture stays in sight beside the last slider


def test_it_can_be_used_by_keyboard_alone(visit: Open) -> None:
    page = visit()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#examples') !== null"):
            break
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Ready to be edited.")
    page.get_by_role("tab", name="Edit").press("Enter")
    expect(page.locator("#edited .after")).to_be_visible()
    before = picture(page, "#edited")
    set_slider(page.locator("#edit-faces-smile input[type=range]"), 0.2)
    until_another(page, before, "#edited")


def test_it_asks_no_other_host(visit: Open, served: Served) -> None:
    page = visit()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.reload()
    page.wait_for_selector("#domain input[type=radio]")
    page.locator("#examples button").first.click()
    expect(status(page)).to_contain_text("Ready to be edited.")
    assert requests
    assert [url for url in requests if not url.startswith((served.address, "data:", "blob:"))] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_what_cannot_be_chosen_is_out_of_the_way_and_says_why(visit: Open, width: int) -> None:
    page = visit(width=width)
    expect(page.get_by_role("radio", name="Cars")).to_have_count(0)
    reason = page.get_by_text("python -m hyperstyle weights get cars")
    expect(reason).to_be_hidden()
    page.get_by_text("More kinds of picture").click()
    expect(reason).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_tab_is_in_sight_on_a_narrow_phone(visit: Open) -> None:
    page = visit(width=320)
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("tab", name="Edit").click()
    expect(page.locator("#edited .after")).to_be_visible()
