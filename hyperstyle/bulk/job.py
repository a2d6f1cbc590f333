"""A bulk inversion: its settings, and the inversion of one photo with them."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex

from hyperstyle.bulk.photo_sources import PhotoSource
from hyperstyle.bulk.records import MANIFEST, Entry, begin_record, find_entry, save_record
from hyperstyle.bulk.result_files import invert_into
from hyperstyle.device import choose_device
from hyperstyle.domain_table import DOMAINS
from hyperstyle.errors import StudioError, unexpected
from hyperstyle.files import Origin
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inverter import Inverter
from hyperstyle.weights.assets import asset_checksums


@dataclass(frozen=True)
class Job:
    """Settings of a bulk inversion, as plain values that can be sent to any machine."""

    domain: str
    method: str
    steps: int
    drawing_steps: int
    """Number of steps for drawings and other pictures that are not photos."""
    polish: int
    """Number of polish steps after the method's own."""
    face: int
    """Index of the face to invert; 0 is the largest."""
    align: bool
    """Align by the face; otherwise the middle of the photo is inverted."""
    weights: Mapping[str, str]
    """Checksums of the domain's bundled weights, by file name."""
    out: str
    """Absolute path of the results folder, the same on all machines."""
    device: str | None = None
    """Name of the device; None for the best of each machine."""
    run: str = field(default_factory=lambda: token_hex(4))
    """Random id of this run, among all runs on the results folder."""

    def open(self) -> Inverter:
        """Load the model once for many photos; raise a `StudioError` where this machine cannot do the job."""
        domain = DOMAINS[self.domain]
        if not Path(self.out, MANIFEST).exists():
            raise StudioError(f"{self.out} does not exist: choose a results folder that all machines share.")
        if asset_checksums(domain) != self.weights:
            raise StudioError("The weights in assets/ differ: install the same version on all machines.")
        inverter = Inverter.load(domain, choose_device(self.device))
        inverter.model_of_method(METHODS[self.method])
        return inverter

    def finished(self, name: str, source: PhotoSource) -> Entry | None:
        """Return the entry of a photo that is finished; None where it is still to be inverted."""
        return find_entry(Path(self.out, name), self._origin(source))

    def invert(self, inverter: Inverter, name: str, source: PhotoSource) -> Entry:
        """Invert a photo into the results' subfolder `name`, and return the entry that is saved there."""
        folder, origin = Path(self.out, name), self._origin(source)
        entry: Entry = {"photo": source.photo, "domain": self.domain, "method": self.method}
        try:
            begin_record(folder, entry, origin, self.run)
            crop = inverter.crop(source.read(), self.face, align=self.align)
            entry["faces"] = [found.box for found in crop.faces]
            if advice := crop.advice():
                entry["advice"] = advice
            steps = self.drawing_steps if crop.is_drawing else self.steps
            inversion = invert_into(folder, inverter, crop, METHODS[self.method], steps, self.polish)
            entry["steps"] = [record.to_json() for record in inversion.steps]
        except StudioError as error:
            entry["error"] = str(error)
        except Exception as error:  # a bug that one photo triggers must not end the whole run
            entry["error"] = unexpected(error)
            logging.getLogger(__name__).exception(source.photo)
        save_record(folder, entry, origin, self.run)
        return entry

    def _origin(self, source: PhotoSource) -> Origin:
        settings = {name: value for name, value in asdict(self).items() if name not in ("out", "run", "device")}
        return settings | {"photo": source.fingerprint}


def run_here(job: Job, sources: Mapping[str, PhotoSource]) -> Iterator[tuple[str, Entry]]:
    """Invert photos one after another on this machine; yield short names and entries."""
    if sources:
        inverter = job.open()
    for name, source in sources.items():
        yield name, job.invert(inverter, name, source)
