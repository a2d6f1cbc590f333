"""A first visit to the page, and the previews of links to it."""

import re
from pathlib import Path
from threading import Event

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from hyperstyle.web.examples import Examples
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Sessions
from tests.web.conftest import EXAMPLES, FACES, Open
from tests.web.first_minute import live
from tests.web.served_page import SECONDS, Served, opened, serving
from tests.web.visitor import faces, invert, picture, status, steps, unfold, until_another, upload

SHIFTS = """() => new Promise((done) => new PerformanceObserver((list) => done(
  list.getEntries().reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0)
)).observe({ type: "layout-shift", buffered: true }) || setTimeout(done, 500, 0))"""


def test_the_first_minute(visit: Open, served: Served) -> None:
    page = visit()
    assert set(live(page, served.address).seconds) >= {"a smile", "download"}
    expect(page.get_by_role("tab", name="Edit")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_film_plays_once_and_nothing_moves_for_it(visit: Open, width: int) -> None:
    page = visit(width=width)
    # On a slow processor the parts of the page arrive one by one.
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.reload()
    expect(page.locator("#result .right")).to_have_text("Step 5")
    expect(status(page)).to_contain_text("Ready to be edited.")
    assert page.evaluate(SHIFTS) < 0.05


def test_who_wants_less_motion_sees_the_result_at_once(visit: Open) -> None:
    page = visit()
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    titles: set[str] = set()
    page.expose_function("seen", lambda title: titles.add(title))
    expect(page.locator("#result .right")).to_have_text("Step 5")
    page.evaluate("""new MutationObserver(() => seen(document.querySelector("#result .right").textContent))
        .observe(document.querySelector("#result"), { subtree: true, childList: true, characterData: true })""")
    expect(status(page)).to_contain_text("Ready to be edited.")
    assert titles <= {"Step 5"}


def test_a_photo_with_one_face_is_inverted_at_once(visit: Open) -> None:
    page = visit()
    page.locator("#at-once input").set_checked(True)
    page.locator(".portrait-input input[type=file]").set_input_files(EXAMPLES / "male_090.jpg")
    expect(status(page)).to_contain_text("Done.")
    expect(steps(page)).to_have_count(7)


class SlowExamples(Examples):
    """The examples on a disk that answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = Event()
        self.answers.set()

    def photo(self, name: str) -> bytes:
        assert self.answers.wait(SECONDS)
        return super().photo(name)


def test_a_photo_that_comes_while_the_page_still_reads_its_example_stays(browser: Browser, served: Served) -> None:
    examples = SlowExamples()
    services = Services(served.services.engine, Sessions(FACES.name), examples=examples)
    with serving(services) as own:
        examples.answers.clear()
        with opened(browser, own.address) as page:
            upload(page, EXAMPLES / "male_090.jpg")
            expect(faces(page).first).to_be_visible()
            examples.answers.set()
            page.locator("#invert").click()
            expect(status(page)).to_contain_text("Done.")
            assert services.sessions.all()[0].example is None


def test_figures_are_shown_when_they_are_asked_for(visit: Open) -> None:
    page = visit()
    invert(page, EXAMPLES / "male_090.jpg")
    figure = steps(page).nth(1).get_by_text("LPIPS")
    expect(figure).to_be_hidden()
    unfold(page)
    page.locator("#show-figures input").check()
    expect(figure).to_be_visible()


def test_a_suggestion_is_one_click_away(visit: Open) -> None:
    page = visit()
    invert(page, EXAMPLES / "male_090.jpg")
    before = picture(page)
    page.locator("#suggestions").get_by_role("button", name="A smile").click()
    expect(page.get_by_role("tab", name="Edit")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#edit-faces-smile input[type=range]")).to_have_value("3")
    until_another(page, before, "#edited")


def test_a_card_shows_photo_and_picture_with_the_edits_name(visit: Open) -> None:
    page = visit("?example=female_080&smile=0.5")
    expect(page.locator("#edited .after")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("tabpanel").filter(visible=True).get_by_role("button", name="Make a card").click()
    assert file.value.suggested_filename == "card.jpg"


def test_keys_open_their_list_and_undo_a_move(visit: Open) -> None:
    page = visit("?example=female_080&smile=0.5")
    expect(page.locator("#edited .after")).to_be_visible()
    age = slider(page, "age")
    age.press("End")
    expect(age).to_have_value("5")
    page.keyboard.press("Control+z")
    expect(age).to_have_value("0")
    page.keyboard.press("Control+Shift+Z")
    expect(age).to_have_value("5")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts").get_by_text("shows the whole photo")).to_be_visible()


def test_links_show_the_example_that_they_open(served: Served) -> None:
    page = httpx.get(f"{served.address}?example=male_095&smile=2").text
    assert page.count("og:image") == 1
    picture_address = re.search(r'property="og:image" content="([^"]+)"', page)
    assert picture_address
    assert picture_address[1] == f"{served.address}preview/male_095.jpg"
    shown = httpx.get(picture_address[1])
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.content[:2] == b"\xff\xd8"
    assert httpx.get(f"{served.address}preview/nobody.jpg").status_code == 404
    hostile = httpx.get(f'{served.address}?example="><script>alert(1)</script>').text
    assert "<script>alert(1)" not in hostile


def test_a_picture_beside_its_inversion_brings_its_edits(visit: Open, tmp_path: Path) -> None:
    page = visit("?example=female_080&smile=0.5&age=-3")
    bar = page.get_by_role("tabpanel").filter(visible=True)
    expect(page.locator("#edited .after")).to_be_visible()
    files = []
    for name, button in (("picture.png", "Download PNG"), ("inversion.safetensors", "Save inversion")):
        with page.expect_download() as file:
            bar.get_by_role("button", name=button).click()
        files.append(f"{tmp_path}/{name}")
        file.value.save_as(files[-1])
    other = visit()
    other.locator("input[type=file][accept*='safetensors']").set_input_files(files)
    expect(status(other)).to_contain_text("with its edits")
    other.get_by_role("tab", name="Edit").click()
    expect(slider(other, "smile")).to_have_value("0.5")
    expect(slider(other, "age")).to_have_value("-3")


def slider(page: Page, name: str) -> Locator:
    """Return the slider of a direction of faces."""
    return page.locator(f"#edit-faces-{name} input[type=range]")
