"""The page: the choice of the domain, the tabs, and the events of opening and closing it."""

from pathlib import Path

import gradio as gr

from hyperstyle.device import describe_device
from hyperstyle.errors import StudioError
from hyperstyle.recipe import Recipe
from hyperstyle.web.components.domain_choice import domain_choice, domain_choice_value
from hyperstyle.web.endpoints import add_endpoints
from hyperstyle.web.events import AT_ONCE, CHOOSING, DRAWING, EDITING, EXAMPLE, Updates
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session
from hyperstyle.web.suggestions import suggestions_for
from hyperstyle.web.tabs.compare_tab import CompareTab
from hyperstyle.web.tabs.edit_tab import EditTab
from hyperstyle.web.tabs.invert_tab import InvertTab
from hyperstyle.web.tabs.text_tab import TextTab
from hyperstyle.web.tabs.worlds_tab import WorldsTab
from hyperstyle.web.texts import TITLE, text
from hyperstyle.web.user_errors import user_errors

HOUR = 3600
MAX_WAITING = 60
"""Limit of queued events: fifty visitors' inversions may wait. Further visitors are asked to come back later."""
STYLE = Path(__file__).with_name("style.css")
SHORTCUTS = Path(__file__).with_name("shortcuts.js")


class Page:
    """The page and its events."""

    def __init__(self, services: Services) -> None:
        self._services = services
        with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(HOUR, HOUR)) as self.blocks:
            add_endpoints(services)  # first, so that no handler of a button takes one of their names
            gr.Markdown(text("welcome"), elem_classes="welcome")
            offers = domain_choice_value(services.engine.offers(), services.engine.first)
            self._domain = domain_choice(offers, elem_id="domain")
            with gr.Tabs() as self._tabs:
                with gr.Tab("Invert", id="invert"):
                    self._invert = InvertTab(services)
                with gr.Tab("Edit", id="edit") as edit:
                    self._edit = EditTab(services)
                with gr.Tab("Text", id="text") as words:
                    self._text = TextTab(services)
                with gr.Tab("Worlds", id="worlds") as worlds:
                    self._worlds = WorldsTab(services)
                with gr.Tab("Compare", id="compare"):
                    self._compare = CompareTab(services, self._invert.result_panel)
            with gr.Accordion("Keyboard (?)", open=False, elem_id="shortcuts"):
                gr.Markdown(text("shortcuts"))
            device = describe_device(services.engine.device)
            gr.Markdown(f"{text('privacy')} Runs on: {device}.", elem_classes="note", elem_id="about")
            opened = edit.select(self._edit.open, self._edit.sliders, self._edit.outputs, **EDITING)
            opened.success(self._edit.prepare, None, self._edit.prepared, **AT_ONCE)
            words.select(self._text.open, None, self._text.outputs, **EDITING)
            shown = worlds.select(self._worlds.open, None, self._worlds.outputs, **EDITING)
            shown.success(self._worlds.draw_tiles, None, self._worlds.strip, **EDITING)
            self._wire()

    def _wire(self) -> None:
        chosen = self._domain.select(self.choose_domain, None, self._invert.outputs, **CHOOSING)
        loaded = self.blocks.load(self.offer_domains, None, self._domain, **AT_ONCE)
        opened = loaded.then(self.open, None, self._invert.outputs, **CHOOSING)
        methods = [self._invert.input_panel.method, self._compare.methods]
        for event in (chosen, opened, *self._invert.domain_changes):
            event.then(self.show_domain, methods, [self._domain, *methods], **AT_ONCE)
        for inverted in self._invert.example_inverted:
            inverted.success(self._edit.open_inverted, None, self._edit.outputs, **EDITING)
        self._invert.result_panel.suggestions.select(self.try_suggestion, None, self._tabs, **EDITING)
        recipe = [*self._invert.result_panel.outputs, self._invert.input_panel.go, self._tabs]
        applied = opened.success(self.apply_recipe, None, recipe, **(EXAMPLE | CHOOSING))
        applied.success(self._edit.prepare, None, self._edit.prepared, **AT_ONCE)
        for applied in (*self._edit.applied, self._text.applied):
            applied.success(self.next_part, None, [*self._invert.outputs, self._tabs], **DRAWING)
        self.blocks.load(None, js=SHORTCUTS.read_text(encoding="utf-8"))
        self.blocks.unload(self.close)

    def offer_domains(self) -> Updates:
        """Show the choice of domains, with the page's first one chosen."""
        return self._offer_domains(self._services.engine.first)

    @user_errors
    def choose_domain(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Change the domain, and forget the photo and its results."""
        name = str(event.name)
        if name not in self._services.engine.domains:
            raise StudioError("There is no such domain here: reload the page.")
        self._services.session(request).choose_domain(name)
        return self._invert.clear(request)

    @user_errors
    def show_domain(self, method: str, methods: list[str], request: gr.Request) -> Updates:
        """Show the session's domain and its methods; keep the chosen ones if they suit it."""
        domain = self._services.session(request).domain
        return {
            **self._offer_domains(domain),
            self._invert.input_panel.method: gr.update(**self._invert.input_panel.method_choice(domain, method)),
            self._compare.methods: gr.update(**self._compare.method_choice(domain, methods)),
        }

    @user_errors
    def open(self, request: gr.Request) -> Updates:
        """Show the example or the shared session that the page's link names, if any."""
        query = dict(request.query_params)
        sessions, session = self._services.sessions, self._services.session(request)
        if "visit" in query:
            session = sessions.open_shared(request.session_hash, query["visit"])
            return self._invert.show(session, "Opened from a link.")
        if "example" in query:
            return self._invert.show_example(query["example"], session)
        self._services.begin_with_example(session)
        return {self._invert.input_panel.photo: None}

    @user_errors
    def apply_recipe(self, request: gr.Request) -> Updates:
        """Invert the example that the link names, apply the link's edits, and open the tab that shows them."""
        query = dict(request.query_params)
        if "example" not in query and "visit" not in query:
            return gr.skip()
        session = self._services.session(request)
        result: Updates = {}
        if "example" in query:
            if not self._services.add_example(session):
                return gr.skip()
            session.follow(Recipe.from_query(query, self._services.engine.directions[session.domain]))
            result = self._invert.result_panel.current(session, "Opened from a link.")
        return {
            **result,
            self._invert.input_panel.go: gr.update(interactive=session.quad is not None),
            self._tabs: gr.Tabs(selected=_tab_of(session)),
        }

    @user_errors
    def try_suggestion(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Edit as the suggestion says that was clicked, and open the tab that shows it."""
        session = self._services.session(request)
        suggested = suggestions_for(self._services, session)[int(event.index)]
        session.try_out(suggested.edits)
        return {self._tabs: gr.Tabs(selected=suggested.tab)}

    @user_errors
    def next_part(self, request: gr.Request) -> Updates:
        """Show the photo after a change, to choose the next face."""
        session = self._services.session(request)
        return {**self._invert.next_part(session), self._tabs: gr.Tabs(selected="invert")}

    def close(self, request: gr.Request) -> None:
        """Tell the sessions that the visitor has left."""
        self._services.sessions.left(request.session_hash)

    def _offer_domains(self, chosen: str) -> Updates:
        return {self._domain: gr.update(value=domain_choice_value(self._services.engine.offers(), chosen))}


def _tab_of(session: Session) -> str:
    """Return the id of the tab that shows a session's edits."""
    edits = session.edits
    return "text" if edits.text else "worlds" if edits.style else "edit" if edits.amounts else "invert"


def build_page(services: Services) -> gr.Blocks:
    """Build the page without launching it."""
    services.page = Page(services).blocks.queue(max_size=MAX_WAITING)
    return services.page
