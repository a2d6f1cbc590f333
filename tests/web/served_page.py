"""A page that is really served, and a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.web.engine import Engine
from hyperstyle.web.page import build_page
from hyperstyle.web.services import Services
from hyperstyle.web.serving import serve
from hyperstyle.web.sessions import Sessions

SECONDS = 60
"""Timeout of every wait, long enough for a busy machine."""


@dataclass(frozen=True)
class Served:
    """A running page."""

    address: str
    services: Services


def embedded_services() -> Services:
    """Return the services of a page with the embedded model."""
    return Services(Engine([EMBEDDED]), Sessions(EMBEDDED.name))


@contextmanager
def serving(services: Services) -> Iterator[Served]:
    """Serve a page of these services."""
    page = build_page(services)
    services.start()
    _, address, _ = serve(page, services.examples, prevent_thread_lock=True, quiet=True)
    yield Served(address, services)
    page.close()


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Start Debian's Chromium with these arguments."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", *arguments])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, address: str, seconds: float = SECONDS) -> Iterator[Page]:
    """Open an address in a new browser context. Waits take at most `seconds`."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(1000 * seconds)
    page.goto(address)
    page.wait_for_selector("#domain input[type=radio]")
    yield page
    context.close()
