"""What is to be done with every photo, and doing it with one."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex

from hyperstyle.bulk.records import MANIFEST, Entry, begin, find, keep
from hyperstyle.bulk.sources import Source
from hyperstyle.device import choose_device
from hyperstyle.domains import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import METHODS
from hyperstyle.origins import Origin, shipped_weights
from hyperstyle.results import invert_into
from hyperstyle.workshop import Workshop


@dataclass(frozen=True)
class Job:
    """An inversion in words that go to any machine."""

    domain: str
    method: str
    steps: int
    of_drawings: int
    """Steps of what is no photo."""
    polish: int
    face: int
    align: bool
    weights: Mapping[str, str]
    """The sums of the domain's shipped weights."""
    out: str
    """The folder for results, which all machines see under that absolute path."""
    device: str | None = None
    """As asked for; None for the best one that each machine has."""
    run: str = field(default_factory=lambda: token_hex(4))
    """Which of the runs on that folder this is."""

    def open(self) -> Workshop:
        """What it takes, opened once for many photos; a `StudioError` where this machine cannot do the job."""
        domain = DOMAINS[self.domain]
        if not Path(self.out, MANIFEST).exists():
            raise StudioError(f"{self.out} is not there: take a folder for results that all machines share.")
        if shipped_weights(domain) != self.weights:
            raise StudioError("The weights in assets/ are others: bring all machines to the same version.")
        workshop = Workshop.open(domain, choose_device(self.device))
        workshop.model_for(METHODS[self.method])
        return workshop

    def found(self, name: str, source: Source) -> Entry | None:
        """What became of a photo before; None where it is to be done, perhaps again."""
        return find(Path(self.out, name), self._origin(source))

    def do(self, workshop: Workshop, name: str, source: Source) -> Entry:
        """Invert a photo into the folder of that name, and keep what became of it there."""
        folder, origin = Path(self.out, name), self._origin(source)
        entry: Entry = {"photo": source.photo, "domain": self.domain, "method": self.method}
        try:
            begin(folder, entry, origin, self.run)
            prepared = workshop.prepare(source.read(), self.face, align=self.align)
            entry["faces"] = [found.box for found in prepared.faces]
            steps = self.of_drawings if prepared.drawn else self.steps
            inversion = invert_into(folder, workshop, prepared, METHODS[self.method], steps, self.polish)
            entry["steps"] = [record.to_json() for record in inversion.steps]
        except StudioError as error:
            entry["error"] = str(error)
        except Exception as error:  # one photo of a thousand must not end the night's run
            entry["error"] = f"unexpected {type(error).__name__} ({error}): `invert` on this photo alone shows where"
            logging.getLogger(__name__).exception(source.photo)
        keep(folder, entry, origin, self.run)
        return entry

    def _origin(self, source: Source) -> Origin:
        way = {name: value for name, value in asdict(self).items() if name not in ("out", "run", "device")}
        return way | {"photo": source.identity}


def run_here(job: Job, sources: Mapping[str, Source]) -> Iterator[tuple[str, Entry]]:
    """What becomes of photos, one after another, by their short names."""
    if sources:
        workshop = job.open()
    for name, source in sources.items():
        yield name, job.do(workshop, name, source)
