"""The page with the embedded model, served for scripts, with a browser that has it to itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.web.served_page import chromium, embedded_services, serving

WIDTH, HEIGHT = 1280, 860
"""The browser's window, in pixels."""


@contextmanager
def embedded_page(seconds: float) -> Iterator[tuple[Page, str]]:
    """Yield a browser's page and the address to open in it, once the example is inverted.

    Waits take at most `seconds`.
    """
    expect.set_options(timeout=1000 * seconds)
    with serving(embedded_services()) as served, chromium() as browser:
        assert served.services.first_example
        served.services.inverted_example(served.services.first_example)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(1000 * seconds)
        yield page, served.address
