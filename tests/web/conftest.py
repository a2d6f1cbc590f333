"""Fixtures: a served page with real tools and a small real model, and a real browser."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch
from gradio_client import Client
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError

from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.styles import Style
from hyperstyle.inverter import Inverter
from hyperstyle.web import user_errors
from hyperstyle.web.engine import Engine
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Sessions
from tests.web.served_page import SECONDS, Served, chromium, serving

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FACES, CARS = DOMAINS["faces"], DOMAINS["cars"]


def directions(domain: Domain) -> dict[str, Direction]:
    """Return two random directions for faces and one for cars; it only matters that they change pictures."""
    source = torch.Generator().manual_seed(1)
    names = {"age": ("Age", "younger", "older"), "smile": ("Smile", "serious", "smiling")}
    if domain is not FACES:
        names = {"colour": ("Colour", "darker", "brighter")}
    return {
        name: Direction(name, *words, torch.randn(512, generator=source), (0, 10), reach=5.0)
        for name, words in names.items()
    }


def styles(domain: Domain) -> dict[str, str]:
    """Two styles for faces."""
    return {"bold": "Bold", "pale": "Pale"} if domain is FACES else {}


def open_style(domain: Domain, name: str) -> Style:
    """Open a style with constant offsets."""
    assert domain is FACES
    return Style(offsets={4: torch.full((1, 1, 1, 1), 0.5 if name == "bold" else -0.5)})


@pytest.fixture(scope="session")
def inverter(inverter: Inverter) -> Inverter:
    """The small model, with the directions and styles above."""
    return Inverter(
        FACES,
        inverter.model,
        inverter.face_finder,
        inverter.evaluator,
        directions=directions(FACES),
        open_style=open_style,
    )


@pytest.fixture(scope="session")
def served(inverter: Inverter) -> Iterator[Served]:
    """Serve a page of faces, and of cars, which have no weights here."""

    def load_inverter(domain: Domain, _: torch.device) -> Inverter:
        assert domain is FACES
        return inverter

    engine = Engine([FACES, CARS], load_inverter=load_inverter, directions=directions, styles=styles)
    with serving(Services(engine, Sessions(engine.first))) as page:
        yield page


@pytest.fixture(scope="session")
def client(served: Served) -> Client:
    """Return a client of the page's endpoints."""
    return Client(served.address, verbose=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    expect.set_options(timeout=1000 * SECONDS)
    with ExitStack() as stack:
        try:
            started = stack.enter_context(
                chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
            )
        except BrowserError:
            pytest.skip("no /usr/bin/chromium here: apt-get install chromium")
        yield started


@pytest.fixture(autouse=True)
def no_handler_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test during which a handler failed with anything but a sentence for the user."""
    yield
    failed = [record for record in caplog.get_records("call") if record.name == user_errors.__name__]
    assert not failed, failed[0].exc_text


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Open]:
    """Return a function that opens the page in a new browser context, as a new visitor."""
    contexts = []

    def visitor(query: str = "", width: int = 1280, height: int = 900, *, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * SECONDS)
        page.goto(served.address + query)
        page.wait_for_selector("#domain input[type=radio]")
        return page

    yield visitor
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def two_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a photo with a large face at the left and a small one at the right; return its path."""
    path = tmp_path_factory.mktemp("photos") / "two.jpg"
    with Image.open(EXAMPLES / "female_080.jpg") as one, Image.open(EXAMPLES / "male_090.jpg") as other:
        smaller = Image.new("RGB", one.size, "grey")
        smaller.paste(other.resize((one.width * 3 // 4, one.height * 3 // 4)), (0, 0))
        Image.fromarray(np.concatenate([np.asarray(one), np.asarray(smaller)], axis=1)).save(path, quality=95)
    return path


def png(width: int, height: int, colour: str = "teal") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()
