"""Actions of visitors and parts of the page; every wait is for a condition."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect


def upload(page: Page, *photo: Path | dict[str, str | bytes], at_once: bool = False) -> None:
    """Give the page a photo; it is inverted `at_once`, or after a click."""
    page.locator("#at-once input").set_checked(at_once)
    page.locator(".portrait-input input[type=file]").set_input_files(photo[0])  # type: ignore[arg-type]


def faces(page: Page) -> Locator:
    """Return the buttons over the faces of the photo."""
    return page.locator(".photo button[data-index]")


def steps(page: Page) -> Locator:
    """Return the tiles of the finished steps."""
    return page.locator("#steps button:has(img)")


def status(page: Page) -> Locator:
    return page.locator("#status")


def said(page: Page) -> Locator:
    """Return the error message."""
    return page.locator(".toast-body")


def invert(page: Page, photo: Path, count: int = 1) -> None:
    """Upload a photo and invert it."""
    upload(page, photo)
    expect(faces(page).first).to_be_visible()
    set_slider(page.locator("input[type=range][aria-label*='Refinement steps']"), count)
    page.locator("#invert").click()
    expect(status(page)).to_contain_text("Done.")


def unfold(page: Page) -> None:
    """Unfold what makes an inversion finer."""
    page.get_by_role("button", name="Figures, strength and polish").click()


def set_slider(slider: Locator, value: float) -> None:
    """Move a slider by the keyboard: every key press is one step."""
    slider.focus()
    for _ in range(200):
        now = float(slider.input_value())
        if abs(now - value) < 1e-6:
            return
        slider.press("ArrowRight" if now < value else "ArrowLeft")
    raise AssertionError(f"the slider does not reach {value}")


def picture(page: Page, place: str = "#result") -> str:
    """Return the data URI of the shown picture."""
    source = page.locator(f"{place} .after").get_attribute("src")
    assert source
    return source


def until_another(page: Page, before: str, place: str = "#result") -> str:
    """Wait until the picture differs from `before`, and return it."""
    expect(page.locator(f"{place} .after")).not_to_have_attribute("src", before)
    return picture(page, place)
