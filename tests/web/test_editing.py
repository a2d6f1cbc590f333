"""Sliders, films and links, in a browser."""

import base64
import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from tests.web.conftest import EXAMPLES, Open
from tests.web.served_page import Served
from tests.web.visitor import faces, invert, picture, said, status, until_another, upload
from tests.weights_at_hand import weight_file

PORTRAIT = EXAMPLES / "male_090.jpg"


def slider(page: Page, name: str) -> Locator:
    return page.locator(f"#edit-faces-{name} input[type=range]")


def until_full(page: Page, before: str) -> str:
    """Wait until the edited picture is another one in full size, and no preview; return it."""
    page.wait_for_function(
        """(before) => {
            const [edited, photo] = ["after", "before"].map((name) => document.querySelector(`#edited .${name}`));
            return edited.src !== before && edited.complete && edited.naturalWidth === photo.naturalWidth;
        }""",
        arg=before,
    )
    return picture(page, "#edited")


def test_sliders_add_up_and_reset_brings_the_picture_back(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    expect(page.locator("#edited .after")).to_be_visible()
    plain = picture(page, "#edited")
    for name in ("age", "smile"):
        before = picture(page, "#edited")
        slider(page, name).press("End")  # a single move
        until_full(page, before)
    both = picture(page, "#edited")
    page.get_by_role("button", name="All sliders to zero").click()
    expect(page.locator("#edited .after")).to_have_attribute("src", plain)
    expect(slider(page, "age")).to_have_value("0")
    page.locator("#undo").click()
    expect(page.locator("#edited .after")).to_have_attribute("src", both)
    page.locator("#undo").click()
    expect(slider(page, "smile")).to_have_value("0")
    expect(slider(page, "age")).to_have_value("5")
    page.locator("#redo").click()
    expect(page.locator("#edited .after")).to_have_attribute("src", both)
    expect(slider(page, "smile")).to_have_value("5")


def test_the_photo_is_shown_changed_and_the_generators_picture_is_one_click_away(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    photo = page.locator("#edited .before")
    expect(photo).to_be_visible()
    assert picture(page, "#edited") == photo.get_attribute("src")  # nothing is edited: it is the photo
    slider(page, "age").press("End")  # a single move
    changed = until_full(page, photo.get_attribute("src") or "")
    page.get_by_label("As generated").first.check()
    generated = until_another(page, changed, "#edited")
    page.get_by_label("In your photo").first.check()
    assert until_another(page, generated, "#edited") == changed


def test_while_a_slider_is_dragged_previews_are_shown_and_then_the_full_picture(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    photo = page.locator("#edited .before")
    expect(photo).to_be_visible()
    before = picture(page, "#edited")
    slider(page, "age").hover()
    page.mouse.down()  # in the slider's middle, where it stands
    box = slider(page, "age").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    preview = until_another(page, before, "#edited")
    page.mouse.up()
    full = until_another(page, preview, "#edited")
    slider(page, "age").press("Home")
    other = until_another(page, full, "#edited")
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#edited .after")).to_have_attribute("src", full)
    assert other != full


def test_a_slider_that_is_held_before_previews_are_ready_shows_one_then(visit: Open, served: Served) -> None:
    page = visit()
    invert(page, PORTRAIT)
    with served.services.engine.queue.priority():
        page.get_by_role("tab", name="Edit").click()
        expect(page.locator("#edited .before")).to_be_visible()
        before = picture(page, "#edited")
        slider(page, "age").hover()
        page.mouse.down()
        box = slider(page, "age").bounding_box()
        assert box
        page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    until_another(page, before, "#edited")
    page.mouse.up()


def test_a_slider_that_is_moved_while_the_tab_is_being_opened_stays_moved(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    age, photo = slider(page, "age"), page.locator("#edited .before")
    expect(page.locator("#suggestions img").first).to_be_visible()  # nothing else is about to be asked for

    def move_before(opening: Route) -> None:
        response = opening.fetch()
        age.press("End")
        opening.fulfill(response=response)

    page.route("**/queue/join?*", move_before, times=1)
    page.get_by_role("tab", name="Edit").click()
    expect(photo).to_be_visible()
    until_full(page, photo.get_attribute("src") or "")
    expect(age).to_have_value("5")
    page.locator("#undo").click()
    expect(age).to_have_value("0")
    page.locator("#redo").click()
    expect(age).to_have_value("5")


def test_another_photo_begins_with_all_sliders_at_zero(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    slider(page, "age").press("End")
    expect(slider(page, "age")).to_have_value("5")
    page.get_by_role("tab", name="Invert").click()
    page.get_by_role("button", name="Another photo").click()
    invert(page, EXAMPLES / "male_095.jpg")
    page.get_by_role("tab", name="Edit").click()
    expect(slider(page, "age")).to_have_value("0")


def test_of_many_moves_in_a_row_the_last_one_is_drawn_in_full(visit: Open, served: Served) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    expect(page.locator("#edited .before")).to_be_visible()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if '"full"' in (request.post_data or "") else None)
    before = picture(page, "#edited")
    with served.services.engine.queue.priority():  # nothing is drawn meanwhile
        for _ in range(10):
            slider(page, "age").press("ArrowRight")
    until_full(page, before)
    expect(slider(page, "age")).to_have_value("1")
    ages = [request.post_data_json["data"]["values"]["edit-faces-age"] for request in asked]
    assert ages == [0.1, 1]


def test_an_example_that_is_edited_before_it_is_inverted_can_be_looked_at_in_every_view(
    visit: Open, served: Served
) -> None:
    page = visit()
    with served.services.engine.queue.priority():
        page.get_by_role("tab", name="Edit").click()
        slider(page, "age").press("End")
    expect(page.locator("#edit-view")).to_be_visible()
    expect(page.locator("#edit-keep")).to_be_visible()
    expect(slider(page, "age")).to_have_value("5")


def test_a_slider_sends_the_sliders_of_its_own_domain_alone(visit: Open) -> None:
    page = visit()
    page.get_by_role("tab", name="Edit").click()
    expect(slider(page, "smile")).to_be_visible()
    with page.expect_request(lambda request: "queue/join" in request.url) as sent:
        slider(page, "smile").press("ArrowRight")
    assert sorted(sent.value.post_data_json["data"]) == [0, 0.1]  # those of faces, and none of cars


def test_without_a_picture_the_sliders_say_what_to_do(visit: Open) -> None:
    page = visit()
    upload(page, PORTRAIT)
    expect(faces(page).first).to_be_visible()
    page.get_by_role("tab", name="Edit").click()
    slider(page, "age").press("ArrowRight")
    expect(said(page)).to_contain_text("invert a photo, or click an example")


def test_a_strip_and_films_are_made(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    page.get_by_role("button", name="A film along one slider").click()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("img[src*='age.jpg']")).to_be_visible()
    page.get_by_label("Film (GIF)").check()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("img[src*='age.gif']")).to_be_visible()
    page.get_by_label("Film (MP4)").check()
    page.get_by_role("button", name="Make it").click()
    film = page.locator("video[src*='age.mp4']")
    expect(film).to_be_visible()
    page.wait_for_function("document.querySelector('video').duration > 2")


def test_the_own_face_is_drawn_in_every_style_and_one_is_chosen(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Worlds").click()
    tiles = page.locator("#styles button")
    expect(tiles.locator("img")).to_have_count(2)
    bold = picture(page, "#styled")
    tiles.nth(1).click()
    pale = until_another(page, bold, "#styled")
    expect(tiles.nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator("input[type=range][aria-label*='to the style']").press("ArrowLeft")  # one step, so one answer
    whole = until_another(page, pale, "#styled")
    weight_file("selfie-segmenter")
    page.get_by_label("Only the person").check()
    until_another(page, whole, "#styled")
    page.get_by_role("button", name="Put into the photo").click()
    expect(page.locator("#styled-pasted img")).to_be_visible()


def test_where_no_text_model_is_the_words_are_greyed_with_the_reason(visit: Open) -> None:
    page = visit()
    page.get_by_role("tab", name="Text").click()
    expect(page.locator("#text-missing")).to_contain_text("Not here yet")
    expect(page.locator("#say")).to_be_disabled()


def test_a_recipe_link_opens_the_example_with_its_sliders(visit: Open) -> None:
    page = visit("?example=female_080&smile=0.5&age=-3&step=2")
    expect(page.get_by_role("tab", name="Edit")).to_have_attribute("aria-selected", "true")
    expect(slider(page, "smile")).to_have_value("0.5")
    expect(slider(page, "age")).to_have_value("-3")
    page.get_by_role("button", name="Share").last.click()
    link = page.get_by_label("Link").last
    expect(link).to_have_value(f"{page.url.split('?')[0]}?example=female_080&domain=faces&step=2&age=-3&smile=0.5")
    page.get_by_role("tab", name="Invert").click()
    expect(status(page)).to_contain_text("Opened from a link.")


def test_a_link_to_ones_own_photo_shows_it_to_others_and_says_so(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("button", name="Share").first.click()
    expect(page.get_by_text("Anyone with this link can see your photo")).to_be_visible()
    link = page.get_by_label("Link").first
    expect(link).to_have_value(re.compile(r"^http.*[?]visit=\S+$"))
    other = visit("?" + link.input_value().split("?")[1])
    expect(status(other)).to_contain_text("Opened from a link.")
    expect(other.locator("#result .after")).to_have_attribute("src", picture(page))


def test_a_link_that_has_ended_says_so(visit: Open) -> None:
    page = visit("?visit=nothing")
    expect(said(page)).to_contain_text("This link no longer works")


def brush(page: Page) -> Locator:
    """Open what can be painted over in the Edit tab."""
    page.get_by_role("button", name="Keep parts of the photo").first.click()
    canvas = page.locator("#edit-brush canvas")
    expect(canvas).to_be_visible()
    return canvas


def paint_all(page: Page, canvas: Locator) -> None:
    """Paint over the upper half with the mouse: there and back with the widest brush."""
    page.get_by_label("Size of the brush").first.press("End")
    canvas.scroll_into_view_if_needed()
    place = canvas.bounding_box()
    assert place
    width, height = place["width"], place["height"]
    page.mouse.move(place["x"] + 2, place["y"] + 0.15 * height)
    page.mouse.down()
    for x, y in ((width - 2, 0.15), (width - 2, 0.35), (2, 0.35)):
        page.mouse.move(place["x"] + x, place["y"] + y * height, steps=5)
    page.mouse.up()


def pixels(uri: str) -> np.ndarray:
    """The picture of a data URI."""
    with Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_what_is_painted_over_stays_until_that_is_undone(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    photo = page.locator("#edited .before").get_attribute("src") or ""
    slider(page, "age").press("End")
    changed = until_full(page, photo)
    paint_all(page, brush(page))
    kept = until_another(page, changed, "#edited")
    rows = len(pixels(photo))
    upper = slice(0, int(0.4 * rows))
    assert np.abs(pixels(changed)[upper] - pixels(photo)[upper]).mean() > 3
    assert np.abs(pixels(kept)[upper] - pixels(photo)[upper]).mean() < 1  # but for the JPEG
    page.get_by_label("What changes").first.check()
    mask = pixels(until_another(page, kept, "#edited"))
    assert np.ptp(mask[upper], axis=2).max() < 40  # grey: nothing is changed there
    page.get_by_label("In your photo").first.check()
    until_another(page, page.locator("#edited .after").get_attribute("src") or "", "#edited")
    page.get_by_role("tab", name="Text").click()
    page.get_by_role("tab", name="Edit").click()  # what is painted is still there
    page.locator("#edit-brush button", has_text="Undo").click()
    expect(page.locator("#edited .after")).to_have_attribute("src", changed)
    expect(page.locator("#edit-brush button", has_text="Undo")).to_be_disabled()


def test_a_finger_paints_on_a_phone(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(served.address)
    page.wait_for_selector("#domain input[type=radio]")
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    canvas = brush(page)
    canvas.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    above = page.evaluate("scrollY")
    place = canvas.bounding_box()
    assert place
    touch = context.new_cdp_session(page)
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] * 0.9
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        *(("touchMove", [{"x": x - move, "y": y - move}]) for move in (10, 20, 40)),
        ("touchEnd", []),
    ):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator("#edit-brush button", has_text="Undo")).to_be_enabled()
    assert page.evaluate("scrollY") == above  # it painted, and did not scroll
    painted = "document.querySelector('#edit-brush canvas').getContext('2d').getImageData(0, 0, 640, 640).data"
    page.wait_for_function(f"{painted}.some((value) => value)")
    context.close()
