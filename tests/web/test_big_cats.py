"""Big cats in the page: an example of its own, sliders of its own, and a domain that shows itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hyperstyle.domain_table import DOMAINS, EMBEDDED
from hyperstyle.web.engine import Engine
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Sessions
from tests.web import visitor
from tests.web.conftest import EXAMPLES
from tests.web.served_page import Served, opened, serving
from tests.weights_at_hand import weight_file

WILD = DOMAINS["wild-lite"]


@pytest.fixture(scope="module")
def both() -> Iterator[Served]:
    """A page for faces and big cats, with the real models."""
    for name in (*EMBEDDED.required_weights, *WILD.required_weights):
        weight_file(name)
    with serving(Services(Engine([EMBEDDED, WILD]), Sessions(EMBEDDED.name))) as page:
        yield page


@pytest.fixture
def page(browser: Browser, both: Served) -> Iterator[Page]:
    with opened(browser, f"{both.address}?example=lion") as page:
        yield page


def test_a_link_to_a_lion_opens_its_domain_and_its_sliders_make_it_a_tiger(page: Page) -> None:
    expect(page.locator("#domain input[value=wild-lite]")).to_be_checked()
    expect(visitor.status(page)).to_contain_text("Opened from a link.")
    page.get_by_role("tab", name="Edit").click()
    lion = visitor.picture(page, "#edited")
    visitor.set_slider(page.locator("#edit-wild-lite-tiger input[type=range]"), 4)
    visitor.until_another(page, lion, "#edited")


def test_an_example_brings_its_domain_along_and_can_be_edited_before_it_is_inverted(page: Page) -> None:
    expect(visitor.status(page)).to_contain_text("Opened from a link.")
    page.locator("#examples button").first.click()
    expect(page.locator("#domain input[value=faces-lite]")).to_be_checked()
    page.locator("#examples button").last.click()
    expect(page.locator("#domain input[value=wild-lite]")).to_be_checked()
    page.get_by_role("tab", name="Edit").click()
    expect(page.locator("#edit-wild-lite-lion input[type=range]")).to_be_visible()
    visitor.set_slider(page.locator("#edit-wild-lite-lion input[type=range]"), 3)
    expect(page.locator("#edited .after")).to_be_visible()


def test_an_animal_in_an_uploaded_photo_is_found(page: Page) -> None:
    expect(visitor.status(page)).to_contain_text("Opened from a link.")
    page.get_by_role("button", name="Another photo").click()
    visitor.upload(page, EXAMPLES / "wild-lite" / "tiger.jpg")
    expect(page.get_by_text("One face was found.")).to_be_visible()
    page.locator("#invert").click()
    expect(visitor.status(page)).to_contain_text("Done.")
    expect(visitor.steps(page)).to_have_count(7)  # the photo, the first guess and five refinements
