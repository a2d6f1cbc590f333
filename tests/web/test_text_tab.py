"""Edits in words, with the text model that the program brings."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.served_page import embedded_services, opened, serving
from tests.web.visitor import picture, said, until_another
from tests.weights_at_hand import embedded_weights_at_hand


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A link to an example that smiles in words, opened on a page of its own."""
    embedded_weights_at_hand()
    # Opening it takes long: it loads the real model and inverts the example.
    query = "?example=male_090&step=0&from=a+face&to=a+smiling+face&push=5"
    with serving(embedded_services()) as served, opened(browser, served.address + query, 120) as linked:
        linked.wait_for_selector("#worded .after")
        yield linked


def test_words_change_the_picture_or_get_a_sentence(page: Page) -> None:
    before, after = page.get_by_label("From", exact=True), page.get_by_label("To", exact=True)
    expect(after).to_have_value("a smiling face")
    smiling = picture(page, "#worded")
    page.get_by_label("Black hair").check()
    darker = until_another(page, smiling, "#worded")
    for words in ("asdf", "", "word " * 500, "😀🎉", "ein lächelndes Gesicht", "<img src=x onerror=alert(1)>"):
        after.fill(words)
        page.locator("#say").click()
        expect(said(page)).to_contain_text("it knows" if words else "Describe both")
        page.locator(".toast-close").click()
        expect(said(page)).to_have_count(0)
    assert picture(page, "#worded") == darker
    assert before.input_value() == "a face"
    page.get_by_role("button", name="Take it back").click()
    until_another(page, darker, "#worded")
