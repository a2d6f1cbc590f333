"""The page: the choice of the domain, the tabs, and what happens when it is opened and closed."""

from pathlib import Path
from typing import Any

import gradio as gr
import torch

from hyperstyle.device import describe_device
from hyperstyle.errors import StudioError
from hyperstyle.recipe import Recipe
from hyperstyle.web.components.domain_choice import domain_choice, offered
from hyperstyle.web.endpoints import endpoints
from hyperstyle.web.events import AT_ONCE, CHOOSING, EDITING, EXAMPLE
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.compare import CompareTab
from hyperstyle.web.tabs.edit import EditTab
from hyperstyle.web.tabs.invert import InvertTab
from hyperstyle.web.tabs.text import TextTab
from hyperstyle.web.tabs.worlds import WorldsTab
from hyperstyle.web.texts import text
from hyperstyle.web.words import in_words

HOUR = 3600
WAITING = 20
"""Visitors in the queue at once; the next ones are told to come back."""
STYLE = Path(__file__).with_name("style.css")


class Page:
    """The page and its events."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        with gr.Blocks(title="HyperStyle Studio", analytics_enabled=False, delete_cache=(HOUR, HOUR)) as self.blocks:
            endpoints(studio)  # first, so that no handler of a button takes one of their names
            gr.Markdown(text("welcome"), elem_classes="welcome")
            self.domain = domain_choice(elem_id="domain")
            with gr.Tabs() as self.tabs:
                with gr.Tab("Invert", id="invert"):
                    self.invert = InvertTab(studio)
                with gr.Tab("Edit", id="edit") as edit:
                    self.edit = EditTab(studio)
                with gr.Tab("Text", id="text") as words:
                    self.text = TextTab(studio)
                with gr.Tab("Worlds", id="worlds") as worlds:
                    self.worlds = WorldsTab(studio)
                with gr.Tab("Compare", id="compare"):
                    self.compare = CompareTab(studio, self.invert.outcome)
            gr.Markdown(f"{text('privacy')} {running_on(studio.engine.device)}", elem_classes="note", elem_id="about")
            everything = self.invert.shown
            words.select(self.text.show, None, self.text.outcome, **EDITING)
            worlds.select(self.worlds.show, None, self.worlds.outcome, **EDITING)
            edit.select(self.edit.show, None, self.edit.everything, **EDITING)
            chosen = self.domain.select(self.choose_domain, None, [self.domain, *everything], **CHOOSING)
            self.followed = [*self.invert.outcome.shown, self.invert.entrance.go, *self.edit.everything, self.tabs]
            loaded = self.blocks.load(self.offer, None, self.domain, **AT_ONCE)
            opened = loaded.then(self.open, None, [self.domain, *everything], **CHOOSING)
            methods = [self.invert.entrance.method, self.compare.methods]
            for event in (chosen, opened, *self.invert.arrivals):
                event.then(self.offer_methods, methods, methods, **AT_ONCE)
            opened.success(self.follow, None, self.followed, **(EXAMPLE | CHOOSING))
            self.blocks.unload(self.close)

    def _offers(self, chosen: str) -> dict[str, Any]:
        return offered(self._studio.engine.offers(), chosen)

    def offer(self) -> dict[str, Any]:
        """The choice of domains."""
        return self._offers(self._studio.engine.first)

    @in_words
    def choose_domain(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        """Another generator, and so another photo: what was made with the one before is dropped."""
        name = str(event.name)
        if name not in self._studio.engine.domains:
            raise StudioError("There is no such domain here: reload the page.")
        visit = self._studio.visit(request)
        visit.domain = name
        return [gr.update(value=self._offers(name)), *self.invert.clear(request)]

    @in_words
    def offer_methods(self, one: str, several: list[str], request: gr.Request) -> list[Any]:
        """The methods of the domain that the visitor is in now; what was chosen stays where it suits."""
        domain = self._studio.visit(request).domain
        return [
            gr.update(**self.invert.entrance.offered(domain, one)),
            gr.update(**self.compare.offered(domain, several)),
        ]

    @in_words
    def open(self, request: gr.Request) -> list[Any]:
        """What its link asks for: an example at once, a shared visit as it was, or empty."""
        query = dict(request.query_params)
        visits, engine = self._studio.visits, self._studio.engine
        visit = self._studio.visit(request)
        if "visit" in query:
            visit = visits.open_shared(request.session_hash, query["visit"])
            shown = self.invert.present(visit, "Opened from a link.")
        elif "example" in query:
            shown = self.invert.example(query["example"], request)
        else:
            shown = [None, *(gr.skip() for _ in self.invert.shown[1:])]
        domain = visit.domain if visit.domain in engine.domains else engine.first
        return [gr.update(value=self._offers(domain)), *shown]

    @in_words
    def follow(self, request: gr.Request) -> list[Any]:
        """What a link asks for beyond what could be shown at once."""
        query = dict(request.query_params)
        if "example" not in query and "visit" not in query:
            return [gr.skip() for _ in self.followed]
        visit = self._studio.visit(request)
        outcome: list[Any] = [gr.skip() for _ in self.invert.outcome.shown]
        if "example" in query:
            recipe = Recipe.from_query(query, self._studio.engine.directions[visit.domain])
            self.invert.settle(request)
            if recipe.step is not None:
                visit.chosen = min(recipe.step, len(visit.shots) - 1)
            visit.strength, visit.amounts = recipe.strength, dict(recipe.edits)
            visit.style, visit.style_amount, visit.words = recipe.style, recipe.amount, recipe.words
            outcome = self.invert.outcome.of(visit, "Opened from a link.")
        opened = "text" if visit.words else "worlds" if visit.style else "edit" if visit.amounts else "invert"
        tab = gr.Tabs(selected=opened)
        ready = gr.update(interactive=visit.quad is not None)
        return [*outcome, ready, *self.edit.present(visit), tab]

    def close(self, request: gr.Request) -> None:
        """The visitor has left."""
        self._studio.visits.left(request.session_hash)


def running_on(device: torch.device) -> str:
    """What the page says of the machine, small."""
    return f"Runs on: {describe_device(device)}."


def build_page(studio: Studio) -> gr.Blocks:
    """The page, not yet served."""
    return Page(studio).blocks.queue(max_size=WAITING)
