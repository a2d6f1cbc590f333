"""What all tabs share."""

from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import gradio as gr

from hyperstyle.inversion.methods import usual_method
from hyperstyle.photo.reading import read_photo
from hyperstyle.web.engine import Engine
from hyperstyle.web.examples import STEPS, Examples
from hyperstyle.web.memory import give_back
from hyperstyle.web.pictures import jpeg
from hyperstyle.web.visits import Shot, Visit, Visits

MINUTE = 60


@dataclass
class Studio:
    """Models, visitors and examples of one page."""

    engine: Engine
    visits: Visits
    examples: Examples = field(default_factory=Examples)
    _kept: dict[str, Visit] = field(default_factory=dict)
    _making: Lock = field(default_factory=Lock)

    def visit(self, request: gr.Request) -> Visit:
        """What this visitor has on the table."""
        return self.visits.of(request.session_hash)

    def kept(self, example: str) -> Visit:
        """A visit to an example with all its steps, made when it is first asked for and then shared by everybody."""
        with self._making:
            if example not in self._kept:
                self._kept[example] = self._make(example)
            return self._kept[example]

    def _make(self, example: str) -> Visit:
        name, photo = self.engine.first, self.examples.photo(example)
        prepared = self.engine.workshop(name).prepare(read_photo(photo))
        visit = Visit(name, photo, faces=prepared.faces, quad=prepared.quad, example=example)
        for taken in self.engine.invert(name, prepared, usual_method(self.engine.domains[name]), STEPS):
            visit.shots.append(Shot(taken.inversion, jpeg(taken.pixels)))
        visit.aligned = jpeg(prepared.crop(*taken.pixels.shape[:2]))
        return visit

    def start(self) -> None:
        """Begin to open models, and to forget visitors in time."""
        self.engine.start()
        Thread(target=self._sweep, name="sweeper", daemon=True).start()

    def _sweep(self) -> None:
        never = Event()
        while not never.wait(MINUTE):
            self.visits.sweep()
            self.engine.sweep()
            give_back()
