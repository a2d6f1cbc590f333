"""The film of the page in its documentation: `python -m tests.web.page_film` makes it anew, by a visit to the page."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.web.embedded_page import embedded_page
from tests.web.visitor import status, steps, upload

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "examples" / "male_095.jpg"
FILM = ROOT / "docs" / "page" / "visit.webp"
WIDTH = 880  # pixels of the film
SECONDS = 300
POINTER = """([x, y]) => {
  const pointer = document.querySelector("#pointer") ?? document.body.appendChild(document.createElement("div"));
  pointer.id = "pointer";
  pointer.style = `position: fixed; left: ${x - 14}px; top: ${y - 14}px; width: 28px; height: 28px; z-index: 999;
    border-radius: 50%; background: #f59e0b99; border: 2px solid #fff; pointer-events: none`;
}"""


class Film:
    """Frames of a visit, each with the milliseconds that it stays."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.frames: list[tuple[Image.Image, int]] = []

    def take(self, milliseconds: int) -> None:
        """Take what is on the screen."""
        shot = Image.open(io.BytesIO(self._page.screenshot())).convert("RGB")
        height = round(WIDTH * shot.height / shot.width)
        self.frames.append((shot.resize((WIDTH, height), Image.Resampling.LANCZOS), milliseconds))

    def click(self, button: Locator) -> None:
        """Take the pointer on a button, and click it."""
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        self._page.evaluate(POINTER, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
        self.take(900)
        button.click()
        self._page.evaluate("document.querySelector('#pointer').remove()")

    def save(self, path: Path) -> None:
        """Write the film, which starts over at its end."""
        pictures, durations = zip(*self.frames, strict=True)
        pictures[0].save(
            path, save_all=True, append_images=pictures[1:], duration=durations, loop=0, quality=70, method=6
        )


def visit(page: Page, address: str) -> Film:
    """Open the page, see its example, upload a photo, make it smile, compare, put it into the photo."""
    film = Film(page)
    page.goto(address)
    title = page.locator("#result .right")
    while "Ready" not in status(page).inner_text():
        shown = title.inner_text()
        film.take(650)
        if shown == "Step 5":
            break
        expect(title).not_to_have_text(shown)
    upload(page, PHOTO, at_once=True)
    for number in range(1, 7):
        expect(steps(page)).to_have_count(1 + number)
        film.take(700)
    expect(status(page)).to_contain_text("Done.")
    expect(page.locator("#suggestions button:not(:has(img))")).to_have_count(0)
    expect(page.locator("#suggestions button")).not_to_have_count(0)
    film.take(1200)
    film.click(page.locator("#suggestions button").first)
    divider = page.locator("#edited input[type=range]")
    expect(divider).to_be_visible()
    for share in (50, 30, 10, 30, 50):
        divider.fill(str(share))
        film.take(1000 if share == 50 else 300)
    bar = page.get_by_role("tabpanel").filter(visible=True)
    film.click(bar.get_by_role("button", name="Put into the photo"))
    pasted = page.locator("#edit-pasted img")
    expect(pasted).to_have_js_property("complete", True)
    expect(pasted).to_be_in_viewport(ratio=0.9)
    film.take(2500)
    return film


def main() -> None:
    """Make the film, and say how large it is."""
    with embedded_page(SECONDS) as (page, address):
        film = visit(page, address)
    film.save(FILM)
    print(f"{FILM.name}: {len(film.frames)} frames, {FILM.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
