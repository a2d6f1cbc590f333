"""How long edits take while somebody else's inversion is under way: `python -m tests.web.edits_meanwhile`.

One visitor asks for ten steps, another moves a slider until these are done. Ends with an error when no edit came before
the inversion's end, or when one took longer than is allowed; on a machine that does nothing else, that is to say.
"""

import time

from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import EXAMPLES
from tests.web.served_page import chromium, embedded_services, serving
from tests.web.visitor import faces, picture, set_slider, status, steps, until_another, upload

SECONDS = 600
ALLOWED = 2.5  # seconds: 2 of waiting, and half a second of drawing


def inverting(browser: Browser, address: str) -> Page:
    """A visitor whose ten steps are under way."""
    page = browser.new_context().new_page()
    page.goto(address)
    upload(page, EXAMPLES / "male_090.jpg")
    expect(faces(page).first).to_be_visible()
    set_slider(page.locator("input[type=range][aria-label*='Refinement steps']"), 10)
    page.locator("#invert").click()
    expect(steps(page).nth(1)).to_be_visible()
    return page


def editing(browser: Browser, address: str) -> Page:
    """A visitor with an example to edit."""
    page = browser.new_context().new_page()
    page.goto(f"{address}?example=female_080")
    expect(status(page)).to_contain_text("Opened from a link.")
    page.get_by_role("tab", name="Edit").click()  # what it shows then is the last that comes by itself
    expect(page.locator("#edited .after")).to_be_visible()
    return page


def edit(page: Page) -> float:
    """Move a slider; the seconds until the picture follows."""
    before = picture(page, "#edited")
    began = time.monotonic()
    page.locator("#edit-faces-lite-smile input[type=range]").press("ArrowRight")
    until_another(page, before, "#edited")
    return time.monotonic() - began


def main() -> None:
    """Both at once."""
    expect.set_options(timeout=1000 * SECONDS)
    took: list[float] = []
    with serving(embedded_services()) as served, chromium() as browser:
        editor = editing(browser, served.address)
        alone = min(edit(editor) for _ in range(3))
        other = inverting(browser, served.address)
        while "Done." not in status(other).inner_text():
            took.append(edit(editor))
    *meanwhile, _ = took  # the last one may have come after the end
    assert meanwhile, "no edit came before the inversion's end"
    print(f"{len(meanwhile)} edits meanwhile: {min(meanwhile):.2f} to {max(meanwhile):.2f} s; alone {alone:.2f} s")
    assert max(meanwhile) < ALLOWED, "edits wait too long"


if __name__ == "__main__":
    main()
