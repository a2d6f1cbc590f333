"""Edits that the page suggests after an inversion, each with its picture."""

from collections.abc import Iterator
from dataclasses import dataclass

from hyperstyle.editing.edits import Edits, StyleChoice
from hyperstyle.web.components.tile_strip import Tile
from hyperstyle.web.inline_images import TILE, jpeg, uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session


@dataclass(frozen=True)
class Suggestion:
    """An edit that is one click away."""

    title: str
    edits: Edits
    tab: str
    """Id of the tab that shows it."""


SUGGESTIONS = (
    Suggestion("A smile", Edits({"smile": 3.0}), "edit"),
    Suggestion("Ten years older", Edits({"age": 2.0}), "edit"),
    Suggestion("A child", Edits({"age": -5.0}), "edit"),
    Suggestion("A pencil drawing", Edits(style=StyleChoice("pencil")), "worlds"),
    Suggestion("A cartoon", Edits(style=StyleChoice("toon")), "worlds"),
)


def suggestions_for(services: Services, session: Session) -> list[Suggestion]:
    """Return those that the session's domain can do."""
    directions, styles = services.engine.directions[session.domain], services.engine.styles[session.domain]
    return [
        one
        for one in SUGGESTIONS
        if all(name in directions for name in one.edits.amounts)
        and (not one.edits.style or one.edits.style.name in styles)
    ]


def suggested_tiles(services: Services, session: Session) -> list[Tile]:
    """Return the tiles of the suggestions without their pictures."""
    return [Tile(one.title, None) for one in suggestions_for(services, session)]


def drawn_suggestions(services: Services, session: Session) -> Iterator[list[Tile]]:
    """Draw the suggestions for the session's chosen step, one after the other; yield all tiles after each."""
    inversion, tiles = session.step().inversion, suggested_tiles(services, session)
    for place, one in enumerate(suggestions_for(services, session)):
        picture = uri(jpeg(services.engine.draw(inversion, one.edits), TILE))
        tiles = [*tiles[:place], Tile(one.title, picture), *tiles[place + 1 :]]
        yield tiles
