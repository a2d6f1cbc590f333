"""What is to be done with every photo, and doing it with one."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex

from hyperstyle.bulk.photo_sources import PhotoSource
from hyperstyle.bulk.records import MANIFEST, Entry, begin, find, keep
from hyperstyle.bulk.result_files import invert_into
from hyperstyle.device import choose_device
from hyperstyle.domain_table import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.files import Origin
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inverter import Inverter
from hyperstyle.weights.assets import asset_checksums


@dataclass(frozen=True)
class Job:
    """An inversion in words that go to any machine."""

    domain: str
    method: str
    steps: int
    drawing_steps: int
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

    def open(self) -> Inverter:
        """What it takes, opened once for many photos; a `StudioError` where this machine cannot do the job."""
        domain = DOMAINS[self.domain]
        if not Path(self.out, MANIFEST).exists():
            raise StudioError(f"{self.out} is not there: take a folder for results that all machines share.")
        if asset_checksums(domain) != self.weights:
            raise StudioError("The weights in assets/ are others: bring all machines to the same version.")
        inverter = Inverter.load(domain, choose_device(self.device))
        inverter.model_of_method(METHODS[self.method])
        return inverter

    def found(self, name: str, source: PhotoSource) -> Entry | None:
        """What became of a photo before; None where it is to be done, perhaps again."""
        return find(Path(self.out, name), self._origin(source))

    def do(self, inverter: Inverter, name: str, source: PhotoSource) -> Entry:
        """Invert a photo into the folder of that name, and keep what became of it there."""
        folder, origin = Path(self.out, name), self._origin(source)
        entry: Entry = {"photo": source.photo, "domain": self.domain, "method": self.method}
        try:
            begin(folder, entry, origin, self.run)
            crop = inverter.crop(source.read(), self.face, align=self.align)
            entry["faces"] = [found.box for found in crop.faces]
            steps = self.drawing_steps if crop.is_drawing else self.steps
            inversion = invert_into(folder, inverter, crop, METHODS[self.method], steps, self.polish)
            entry["steps"] = [record.to_json() for record in inversion.steps]
        except StudioError as error:
            entry["error"] = str(error)
        except Exception as error:  # one photo of a thousand must not end the night's run
            entry["error"] = f"unexpected {type(error).__name__} ({error}): `invert` on this photo alone shows where"
            logging.getLogger(__name__).exception(source.photo)
        keep(folder, entry, origin, self.run)
        return entry

    def _origin(self, source: PhotoSource) -> Origin:
        way = {name: value for name, value in asdict(self).items() if name not in ("out", "run", "device")}
        return way | {"photo": source.identity}


def run_here(job: Job, sources: Mapping[str, PhotoSource]) -> Iterator[tuple[str, Entry]]:
    """What becomes of photos, one after another, by their short names."""
    if sources:
        inverter = job.open()
    for name, source in sources.items():
        yield name, job.do(inverter, name, source)
