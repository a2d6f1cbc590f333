"""The page with the embedded model, served for scripts, with a browser that has it to itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.web.engine import Engine
from hyperstyle.web.page import build_page
from hyperstyle.web.services import Services
from hyperstyle.web.serving import serve
from hyperstyle.web.sessions import Sessions

WIDTH, HEIGHT = 1280, 860
"""The browser's window, in pixels."""


@contextmanager
def embedded_page(seconds: float) -> Iterator[tuple[Page, str]]:
    """Yield a browser's page and the address to open in it, once the example is inverted.

    Waits take at most `seconds`.
    """
    expect.set_options(timeout=1000 * seconds)
    engine = Engine([EMBEDDED])
    services = Services(engine, Sessions(engine.first))
    blocks = build_page(services)
    services.start()
    assert services.first_example
    services.inverted_example(services.first_example)
    _, address, _ = serve(blocks, services.examples, prevent_thread_lock=True, quiet=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(1000 * seconds)
        yield page, address
        browser.close()
    blocks.close()
