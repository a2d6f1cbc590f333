"""From a photo to its inversion, in a browser."""

import base64
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from playwright.sync_api import expect

from hyperstyle.recipe import recipe_in
from tests.web.conftest import EXAMPLES, Open, png
from tests.web.served_page import Served
from tests.web.visitor import faces, invert, picture, said, set_slider, status, steps, unfold, until_another, upload

PORTRAIT = EXAMPLES / "male_090.jpg"


def test_a_face_is_picked_and_its_steps_arrive_until_they_are_stopped(
    visit: Open, served: Served, two_faces: Path
) -> None:
    page = visit()
    upload(page, two_faces)
    expect(faces(page)).to_have_count(2)
    expect(faces(page).nth(0)).to_have_attribute("aria-pressed", "true")
    faces(page).nth(1).click()
    expect(faces(page).nth(1)).to_have_attribute("aria-pressed", "true")

    set_slider(page.locator("input[type=range][aria-label*='Refinement steps']"), 10)
    queue = served.services.engine.queue
    *_, session = (session for session in served.services.sessions.all() if len(session.faces) == 2)
    with queue.priority():  # no step meanwhile, however slow the browser is
        page.locator("#invert").click()
        expect(page.locator("#steps button")).to_have_count(12)  # the photo, the first picture, ten steps
    while len(session.steps) < 3:
        Event().wait(0.01)
    with queue.priority():
        expect(steps(page).nth(2)).to_be_visible()
        page.locator("#stop").click()
        expect(page.locator("#stop")).to_have_text("Stopping...")
    expect(status(page)).to_contain_text("Stopped")
    kept = steps(page).count()
    assert 3 <= kept < 12
    expect(steps(page).nth(1)).to_contain_text("LPIPS")
    expect(page.locator("#stop")).to_be_hidden()
    expect(page.locator("#invert")).to_be_enabled()
    assert session.step().inversion.quad.corners[:, 0].mean() > 640  # the face at the right


def test_a_dark_photo_is_told_what_would_help(visit: Open, tmp_path: Path) -> None:
    page = visit()
    with Image.open(PORTRAIT) as image:
        image.point(lambda value: value // 4).save(tmp_path / "night.jpg")
    upload(page, tmp_path / "night.jpg")
    expect(page.get_by_text("more light on it helps")).to_be_visible()


def test_every_step_can_be_gone_on_with_and_its_offsets_weighed(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT, 2)
    last = picture(page)
    steps(page).nth(1).click()
    expect(status(page)).to_contain_text("go on with first guess")
    first = until_another(page, last)
    steps(page).nth(3).click()
    assert until_another(page, first) == last
    unfold(page)
    set_slider(page.locator("input[type=range][aria-label*='Strength']"), 0.9)
    until_another(page, last)


def test_the_photo_is_compared_by_keyboard(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    slider = page.locator("#result input[type=range]")
    place = "document.querySelector('#result .before').getBoundingClientRect() && "
    cut = place + "getComputedStyle(document.querySelector('#result .frame')).getPropertyValue('--cut').trim()"
    slider.focus()
    slider.press("End")
    assert page.evaluate(cut) == "100%"
    slider.press("Home")
    assert page.evaluate(cut) == "0%"
    page.keyboard.down("b")
    assert page.evaluate(cut) == "100%"
    page.keyboard.up("b")
    assert page.evaluate(cut) == "0%"


def test_polish_goes_on_from_the_chosen_step(visit: Open) -> None:
    page = visit()
    invert(page, PORTRAIT)
    before = picture(page)
    unfold(page)
    set_slider(page.locator("input[type=range][aria-label*='Polish']"), 5)
    page.locator("#polish").click()
    expect(steps(page).last).to_contain_text("Polished")
    expect(status(page)).to_contain_text("Done.")
    until_another(page, before)


def test_what_is_taken_away_can_be_brought_back(visit: Open, tmp_path: Path) -> None:
    page = visit()
    invert(page, PORTRAIT)
    with page.expect_download() as picture_file:
        page.get_by_role("button", name="Download PNG").first.click()
    with page.expect_download() as inversion_file:
        page.get_by_role("button", name="Save inversion").first.click()
    picture_file.value.save_as(tmp_path / "picture.png")
    inversion_file.value.save_as(tmp_path / "inversion.safetensors")
    recipe = recipe_in(tmp_path / "picture.png")
    assert recipe is not None
    assert (recipe.domain, recipe.method, recipe.step) == ("faces", "hyperstyle", 1)

    page.get_by_role("button", name="Put into the photo").first.click()
    expect(page.locator("img[src*='photo.jpg']")).to_be_visible()

    other = visit()
    chooser = other.locator("input[type=file][accept*='safetensors']")
    chooser.set_input_files(tmp_path / "picture.png")
    expect(said(other)).to_contain_text("A PNG contains no inversion")
    expect(said(other)).to_contain_text("faces, hyperstyle, step 1")
    other.locator(".toast-close").click()
    chooser.set_input_files(tmp_path / "inversion.safetensors")
    expect(status(other)).to_contain_text("Opened.")
    expect(other.locator("#result .after")).to_be_visible()
    other.get_by_role("button", name="Put into the photo").first.click()
    expect(said(other)).to_contain_text("does not contain the photo")


def test_an_example_answers_and_can_then_be_edited(visit: Open) -> None:
    page = visit()
    page.locator("#examples button").first.focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Ready to be edited.")
    expect(steps(page)).to_have_count(7)


def test_a_selfie_is_taken(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="Capture from camera").click()
    page.get_by_text("Click to Access Webcam").click()
    page.wait_for_function("document.querySelector('video')?.videoWidth > 0")  # before, there is nothing to capture
    page.get_by_role("button", name="capture photo").click()
    expect(page.locator(".photo img")).to_be_visible()
    expect(page.get_by_text("No face was found")).to_be_visible()  # Chromium's own camera has none in front of it


def test_a_picture_is_pasted(visit: Open) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async (photo) => {
          const blob = await (await fetch(`data:image/png;base64,${photo}`)).blob();
          await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        base64.b64encode(png(300, 200)).decode(),
    )
    page.get_by_role("button", name="Paste from clipboard").click()
    expect(page.locator(".photo img")).to_be_visible()
    expect(page.get_by_text("No face was found")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("face.jpg", b"I am a face", "picture"),
        ("<img src=x onerror=alert(1)>.jpg", b"", "empty"),
        ("tiny.png", png(4, 4), "at least 64"),
    ],
    ids=["no picture", "empty, with a hostile name", "tiny"],
)
def test_what_cannot_be_read_gets_a_sentence_and_the_page_goes_on(
    visit: Open, name: str, content: bytes, words: str
) -> None:
    page = visit()
    upload(page, {"name": name, "mimeType": "image/jpeg", "buffer": content})
    expect(said(page)).to_contain_text(words)
    assert "Traceback" not in page.content()
    assert page.locator("img[src='x']").count() == 0
    page.locator(".toast-close").click()
    invert(page, PORTRAIT)


def test_what_cannot_be_read_gets_the_sentence_after_another_photo_too(visit: Open) -> None:
    page = visit()
    upload(page, PORTRAIT)
    expect(faces(page).first).to_be_visible()
    page.get_by_role("button", name="Another photo").click()
    expect(page.locator(".portrait-input")).to_be_visible()
    upload(page, {"name": "face.jpg", "mimeType": "image/jpeg", "buffer": b"I am a face"})
    expect(said(page)).to_contain_text("This file is not a picture")


def test_without_a_face_the_visitor_takes_the_middle_or_draws_a_box(visit: Open) -> None:
    page = visit()
    upload(page, {"name": "wall.png", "mimeType": "image/png", "buffer": png(400, 300)})
    expect(page.get_by_text("No face was found")).to_be_visible()
    count = page.locator("input[type=range][aria-label*='Refinement steps']")
    expect(count).to_have_value("8")  # it may be a drawing, which takes more
    expect(page.locator("#invert")).to_be_disabled()
    page.get_by_role("button", name="Take the middle").click()
    expect(page.locator(".photo .drawn-box")).to_be_visible()
    expect(page.locator("#invert")).to_be_enabled()
    before = page.locator(".photo .drawn-box").get_attribute("style")
    box = page.locator(".photo").bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 110)
    page.mouse.up()
    expect(page.locator(".photo .drawn-box")).not_to_have_attribute("style", before or "")
    set_slider(count, 1)
    page.locator("#invert").click()
    expect(status(page)).to_contain_text("Done.")
    expect(steps(page).nth(1)).to_contain_text("no face found")
