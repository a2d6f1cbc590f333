"""Many visitors at once, each with a photo of their own: `python -m tests.web.many_visitors [--visitors 50]`.

Ends with an error when pictures are mixed up, when a page shows a mistake, or when the memory does not come back.
"""

import io
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image, ImageEnhance, ImageOps
from playwright.sync_api import Browser, Page, expect

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.web.engine import Engine
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Sessions
from hyperstyle.web.work_store import WorkStore
from tests.web.conftest import EXAMPLES
from tests.web.served_page import chromium, serving
from tests.web.visitor import faces, picture, said, set_slider, status, until_another, upload

GRACE = 2.0
STEPS = 2
ALLOWED = 300  # MB that may be left
SECONDS = 1200
# Real visitors have a computer each. Fifty pages at sixty frames a second would leave this one no time for the server.
TWO_FRAMES_A_SECOND = """
    const nextFrame = requestAnimationFrame;
    window.requestAnimationFrame = (draw) => setTimeout(() => nextFrame(draw), 500);
"""


def memory(services: Services) -> float:
    """Megabytes of this process that are in use, after a clean-up."""
    services.clean_up()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def photos(count: int) -> list[bytes]:
    """Different photos: the examples, their mirror images, and all of these again and again with other brightness."""
    with ExitStack() as stack:
        images = [stack.enter_context(Image.open(path)) for path in sorted(EXAMPLES.glob("*.jpg"))]
        faces = [face for image in images for face in (image, ImageOps.mirror(image))]
        return [
            encode(ImageEnhance.Brightness(faces[index % len(faces)]).enhance(1 - 0.08 * (index // len(faces))))
            for index in range(count)
        ]


def encode(image: Image.Image) -> bytes:
    """An image as JPEG."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def visit(browser: Browser, address: str, photo: bytes) -> Page:
    """A new visitor, who uploads a photo and asks for its inversion."""
    page = browser.new_context().new_page()
    page.add_init_script(TWO_FRAMES_A_SECOND)
    page.goto(address)
    page.wait_for_selector("#domain input[type=radio]")
    upload(page, {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": photo})
    expect(faces(page).first.or_(said(page).first)).to_be_visible()
    assert said(page).count() == 0, said(page).first.inner_text()
    set_slider(page.locator("input[type=range][aria-label*='Refinement steps']"), STEPS)
    page.locator("#invert").click()
    return page


def check(pages: list[Page]) -> None:
    """Every visitor gets their own photo's inversion, and edits of it."""
    befores = []
    for page in pages:
        expect(status(page)).to_contain_text("Done.")
        befores.append(page.locator("#result .before").get_attribute("src"))
    assert len(set(befores)) == len(pages), "two visitors see the same photo"
    unedited: list[str] = []
    for page in pages:
        page.get_by_role("tab", name="Edit").click()
        expect(page.locator("#edited .after")).to_be_visible()
        unedited.append(picture(page, "#edited"))
        page.locator("#edit-faces-lite-smile input[type=range]").press("ArrowRight")
    for page, before, photo in zip(pages, befores, unedited, strict=True):
        until_another(page, photo, "#edited")
        assert page.locator("#edited .before").get_attribute("src") == before, "an edit of another visitor's photo"
        assert said(page).count() == 0, said(page).first.inner_text()


def leave(pages: list[Page], sessions: Sessions) -> None:
    """Everybody closes the page; wait until all are forgotten."""
    for page in pages:
        page.context.close()
    end = time.monotonic() + SECONDS
    while sessions.all() and time.monotonic() < end:
        time.sleep(0.2)  # nothing tells when a browser's farewell has arrived, so it is asked for again and again
        sessions.sweep()
    assert not sessions.all(), "sessions are left"


def main(
    visitors: Annotated[int, typer.Option(min=2)] = 8,
    work_memory: Annotated[int | None, typer.Option(help="Megabytes of their work that stay in memory.")] = None,
) -> None:
    """Once with one visitor, which opens everything, then with all of them."""
    expect.set_options(timeout=1000 * SECONDS)
    engine = Engine([EMBEDDED])
    sessions = Sessions(engine.first, grace=GRACE)
    work = WorkStore(None if work_memory is None else work_memory * 1_000_000)
    services = Services(engine, sessions, work)
    with serving(services) as served, chromium() as browser:
        first = [visit(browser, served.address, photos(1)[0])]
        check(first)
        leave(first, sessions)
        before = memory(services)
        began = time.monotonic()
        pages = [visit(browser, served.address, photo) for photo in photos(visitors)]
        check(pages)
        took, during, held = time.monotonic() - began, memory(services), work.in_memory() / 1e6
        leave(pages, sessions)
        after = memory(services)
    print(
        f"{took:.0f} s for {visitors}; {before:.0f} MB before, {during:.0f} MB with them, {after:.0f} MB after; "
        f"{held:.0f} MB of work in memory"
    )
    assert after - before < ALLOWED, "the memory does not come back"


if __name__ == "__main__":
    typer.run(main)
