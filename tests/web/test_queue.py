"""Many at once: a place in the queue that shows, a sentence where it is full, and edits that wait for no inversion."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from playwright.sync_api import expect

from hyperstyle.web.page import MAX_WAITING
from tests.web.conftest import EXAMPLES, Open
from tests.web.served_page import SECONDS, Served
from tests.web.visitor import faces, invert, picture, said, set_slider, status, until_another, upload

PORTRAIT = EXAMPLES / "male_090.jpg"


class Others:
    """Other visitors: the first one's inversion waits for the device, which is taken, all others' for the first."""

    def __init__(self, address: str) -> None:
        self._api = f"{address}gradio_api/"
        with PORTRAIT.open("rb") as file:
            path = httpx.post(f"{self._api}upload", files={"files": file}, timeout=SECONDS).json()[0]
        self.ask({"path": path, "meta": {"_type": "gradio.FileData"}})

    def ask(self, photo: dict[str, Any] | None = None) -> int:
        """One more of them; the status of the answer."""
        asked = [photo, "faces", "w-encoder", 0, 0, True]
        return httpx.post(f"{self._api}call/invert", json={"data": asked}, timeout=SECONDS).status_code


@pytest.fixture
def others(served: Served, client: Client) -> Iterator[Others]:
    """The device is free again when the test is over, and the queue is worked off before the next one begins."""
    others = Others(served.address)
    with served.services.engine.queue.priority():
        yield others
    while others.ask() != httpx.codes.OK:
        pass
    client.predict(handle_file(str(PORTRAIT)), steps=0, api_name="/invert")  # comes last


def test_on_a_phone_too_the_place_in_the_queue_is_seen(visit: Open, others: Others) -> None:
    page = visit(width=390, height=844)
    assert [others.ask(), others.ask()] == [200, 200]
    upload(page, PORTRAIT)
    expect(faces(page).first).to_be_visible()
    page.locator("#invert").click()
    place = page.locator("#turn").get_by_text("queue: 3/3")
    expect(place).to_be_visible()
    expect(place).to_be_in_viewport()


def test_a_full_queue_says_what_to_do_and_the_page_still_opens(visit: Open, others: Others) -> None:
    page = visit()
    upload(page, PORTRAIT)
    expect(faces(page).first).to_be_visible()
    answers = [others.ask() for _ in range(MAX_WAITING + 1)]
    assert (answers[0], answers[-1]) == (200, 429)
    page.locator("#invert").click()
    expect(said(page)).to_contain_text("try again in a minute")
    expect(visit().get_by_role("radio", name="Faces")).to_be_checked()


def test_an_edit_does_not_wait_for_the_end_of_an_inversion(visit: Open, client: Client) -> None:
    page = visit()
    invert(page, PORTRAIT)
    page.get_by_role("tab", name="Edit").click()
    expect(page.locator("#edited .after")).to_be_visible()
    before = picture(page, "#edited")
    somebodys = client.submit(handle_file(str(PORTRAIT)), method="projection", steps=100, api_name="/invert")
    while not somebodys.outputs():
        expect(status(page)).to_contain_text("Done.")  # nothing but a breath
    set_slider(page.locator("#edit-faces-smile input[type=range]"), 0.2)
    until_another(page, before, "#edited")
    assert not somebodys.done()
    somebodys.cancel()
