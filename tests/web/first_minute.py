"""A first visit as one story: `python -m tests.web.first_minute` prints the seconds of each part."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.embedded_page import embedded_page
from tests.web.visitor import status, upload

PHOTO = Path(__file__).resolve().parents[2] / "examples" / "male_090.jpg"
SECONDS = 120
STEP = re.compile(r"Step \d|Done")
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class Story:
    """The seconds of each part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def live(page: Page, address: str) -> Story:
    """Open the page, upload a photo, click the first suggestion, put it into the photo, download it."""
    story = Story()
    with story.part("open, an example is there"):
        page.goto(address)
        expect(page.locator("#result .after")).to_be_visible()
    story.seconds["of this, until the first paint"] = page.evaluate(FIRST_PAINT) / 1000
    with story.part("its refinements have played"):
        expect(status(page)).to_contain_text("Ready to be edited.")
    with story.part("own photo, first picture"):
        upload(page, PHOTO, at_once=True)
        expect(status(page)).to_have_text(STEP)
    with story.part("five refinements"):
        expect(status(page)).to_contain_text("Done.")
    with story.part("suggestions drawn"):
        expect(page.locator("#suggestions button:not(:has(img))")).to_have_count(0)
        expect(page.locator("#suggestions button")).not_to_have_count(0)
    with story.part("a smile"):
        page.locator("#suggestions button").first.click()
        expect(page.locator("#edited .after")).to_be_visible()
    with story.part("into the photo"):
        page.get_by_role("tabpanel").filter(visible=True).get_by_role("button", name="Put into the photo").click()
        expect(page.locator("#edit-pasted img")).to_be_in_viewport()
    with story.part("download"):
        with page.expect_download() as file:
            page.get_by_role("tabpanel").filter(visible=True).get_by_role("button", name="Download PNG").click()
        assert file.value.path().stat().st_size > 0
    return story


def main() -> None:
    """Tell the story with the embedded model."""
    with embedded_page(SECONDS) as (page, address):
        for name, seconds in live(page, address).seconds.items():
            print(f"{seconds:6.2f} s  {name}")


if __name__ == "__main__":
    main()
