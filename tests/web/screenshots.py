"""The pictures of the page in its documentation: `python -m tests.web.screenshots` makes them anew."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from hyperstyle.domain_table import DOMAINS
from hyperstyle.files import ensure_dir
from hyperstyle.web.engine import Engine
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Sessions
from tests.web.served_page import chromium, serving
from tests.web.visitor import status

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "page"
RECIPE = "?example=female_099&smile=2&age=2.5&hair=-2"
SECONDS = 300
DESK, PHONE = (1280, 860), (390, 844)


def opened(browser: Browser, address: str, size: tuple[int, int], *, dark: bool = False) -> Page:
    """The example, edited, as a link opens it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    page.goto(address + RECIPE)
    expect(page.locator("#edited .after")).to_be_visible()
    return page


def taken(page: Page) -> Image.Image:
    """What can be seen of the page, when nothing moves any more."""
    page.wait_for_function("document.getAnimations().every((animation) => animation.playState != 'running')")
    return Image.open(io.BytesIO(page.screenshot()))


def beside(pictures: list[Image.Image], gap: int = 16) -> Image.Image:
    """Pictures of one height in a row."""
    row = Image.new("RGB", (sum(each.width + gap for each in pictures) - gap, pictures[0].height), "white")
    left = 0
    for picture in pictures:
        row.paste(picture, (left, 0))
        left += picture.width + gap
    return row


def pictures(browser: Browser, address: str) -> dict[str, Image.Image]:
    """All of them, by name."""
    desk, phone = opened(browser, address, DESK), opened(browser, address, PHONE, dark=True)
    made = {"edit": taken(desk)}
    phones = [taken(phone)]
    desk.get_by_role("tab", name="Invert").click()
    expect(status(desk)).to_contain_text("Opened from a link.")
    desk.locator(".bench").first.evaluate("bench => bench.scrollIntoView()")
    made["invert"] = taken(desk)
    for page in (desk, phone):
        page.get_by_role("tab", name="Worlds").click()
        expect(page.locator("#styles button").first).to_be_visible()
        expect(page.locator("#styles button:not(:has(img))")).to_have_count(0)
        expect(page.locator("#styled .after")).to_be_visible()
    made["worlds"] = taken(desk)
    phones.append(taken(phone))
    phone.get_by_role("tab", name="Invert").click()
    return made | {"phone": beside([*phones, taken(phone)])}


def main() -> None:
    """Open the page, visit it, write what is seen."""
    expect.set_options(timeout=1000 * SECONDS)
    engine = Engine(list(DOMAINS.values()))
    folder = ensure_dir(FOLDER)
    with serving(Services(engine, Sessions(engine.first))) as served, chromium() as browser:
        for name, picture in pictures(browser, served.address).items():
            picture.convert("RGB").save(folder / f"{name}.webp", quality=80, method=6)
            print(f"{name}.webp: {(folder / f'{name}.webp').stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
