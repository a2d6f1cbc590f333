"""The methods that the page offers for each kind of picture."""

from collections.abc import Iterator

import gradio as gr
import pytest
import torch
from playwright.sync_api import Browser, Page, expect

from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.inverter import Inverter
from hyperstyle.web.endpoints import Endpoints
from hyperstyle.web.engine import Engine
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Sessions
from tests.web import visitor
from tests.web.conftest import EXAMPLES, FACES
from tests.web.served_page import Served, opened, serving

CHURCHES = DOMAINS["churches"]
PORTRAIT = EXAMPLES / "male_090.jpg"


@pytest.fixture(scope="module")
def both(inverter: Inverter, churches: Inverter) -> Iterator[Served]:
    """A page for faces and churches, each of which is offered once it is open."""
    inverters = {FACES: inverter, CHURCHES: churches}

    def without(_: Domain) -> dict[str, object]:
        return {}

    def load_inverter(domain: Domain, _: torch.device) -> Inverter:
        return inverters[domain]

    engine = Engine([FACES, CHURCHES], load_inverter=load_inverter, directions=without, styles=without)
    with serving(Services(engine, Sessions(engine.first))) as page:
        engine._load(CHURCHES.name).result()
        yield page


@pytest.fixture
def page(browser: Browser, both: Served) -> Iterator[Page]:
    with opened(browser, both.address) as page:
        yield page


def test_the_choice_of_methods_follows_the_choice_of_domain(page: Page) -> None:
    expect(page.get_by_label("ReStyle-e4e")).to_be_visible()
    page.locator("#domain input[value=churches]").check()
    expect(page.get_by_label("ReStyle-e4e")).to_have_count(0)
    visitor.upload(page, PORTRAIT)
    page.locator("#invert").click()
    expect(visitor.status(page)).to_contain_text("Done.")
    expect(visitor.steps(page)).to_have_count(3)  # the photo, and pictures 0 and 1, whatever number was asked for

    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_label("HyperInverter", exact=True)).to_be_checked()
    expect(page.get_by_label("HyperStyle", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#figures")).to_contain_text("HyperInverter")


def test_endpoints_take_the_usual_method_and_refuse_what_does_not_suit(both: Served) -> None:
    endpoints = Endpoints(both.services)
    reports, pictures = endpoints.compare(str(PORTRAIT), CHURCHES.name, ["w-encoder", ""], 0)
    assert {name: len(report["steps"]) for name, report in reports.items()} == {"w-encoder": 1, "hyperinverter": 2}
    assert len(pictures) == 2
    with pytest.raises(gr.Error, match="HyperStyle is not for Churches: choose one of"):
        endpoints.compare(str(PORTRAIT), CHURCHES.name, ["hyperstyle"], 0)
    with pytest.raises(gr.Error, match="HyperInverter is not for Faces: choose one of"):
        next(endpoints.invert(str(PORTRAIT), FACES.name, "hyperinverter", 1, 0, False))


def test_a_comparison_that_is_stopped_keeps_what_is_there(page: Page) -> None:
    visitor.upload(page, PORTRAIT)
    expect(page.locator("#invert")).to_be_enabled()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("HyperStyle with polish").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#compared button")).to_have_count(4)  # the photo and all methods, the last under way
    page.locator("#stop-comparing").click()
    expect(page.locator("#stop-comparing")).to_be_hidden()
    expect(page.locator("#figures tbody tr")).to_have_count(3)


def test_a_visitor_goes_on_with_the_method_that_was_clicked(page: Page) -> None:
    visitor.upload(page, PORTRAIT)
    expect(page.locator("#invert")).to_be_enabled()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#figures tbody tr")).to_have_count(2)
    page.locator("#compared button").nth(1).click()
    expect(page.locator("#compared-large .name.right")).to_have_text("W-encoder alone")
    page.get_by_role("tab", name="Invert").click()
    expect(visitor.status(page)).to_contain_text("You go on with W-encoder alone.")
    page.get_by_role("tab", name="Edit").click()
    page.get_by_label("As generated").first.check()
    expect(page.locator("#edited .after")).to_have_attribute("src", visitor.picture(page, "#compared-large"))
