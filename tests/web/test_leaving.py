"""A visitor's pictures are dropped once the visitor has left."""

import httpx
from playwright.sync_api import Browser

from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Sessions
from tests.web.conftest import EXAMPLES, FACES
from tests.web.served_page import Served, opened, serving
from tests.web.visitor import invert, picture, set_slider, until_another

PORTRAIT = EXAMPLES / "male_090.jpg"


def kept_by_gradio(services: Services) -> str:
    """Everything that Gradio would show again to one of its visitors."""
    assert services.page
    return str([state.config_values for state in services.page.state_holder.session_data.values()])


def test_gradio_forgets_the_pictures_of_who_has_left_and_others_go_on(browser: Browser, served: Served) -> None:
    services = Services(served.services.engine, Sessions(FACES.name, grace=0))
    with serving(services) as own, opened(browser, own.address) as staying, opened(browser, own.address) as leaving:
        invert(staying, PORTRAIT)
        invert(leaving, EXAMPLES / "female_080.jpg")
        seen, mine = picture(leaving), picture(staying)
        assert seen in kept_by_gradio(services)
        leaving.close()
        while len(services.sessions) > 1:
            httpx.get(own.address)  # nothing but a breath
        services.clean_up()
        kept = kept_by_gradio(services)
        assert seen not in kept
        assert mine in kept
        staying.get_by_role("tab", name="Edit").click()
        until_another(staying, "", "#edited")
        before = picture(staying, "#edited")
        set_slider(staying.locator("#edit-faces-smile input[type=range]"), 0.2)
        until_another(staying, before, "#edited")
