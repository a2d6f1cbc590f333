"""Photos of 12.6 megapixels, composed from portraits: how long an edit in one takes, and what it changes."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from hyperstyle.editing.edits import Edits
from hyperstyle.editing.photo_editor import PhotoEditor, put_back
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.photo.alignment import align
from hyperstyle.photo.reading import Photo, Pixels, read_photo
from hyperstyle.training.pasting.measure_pasting import SEEN, TRIED, seam

SIDE, SMALL = 3072, 1024  # of the one portrait that is edited, and of the others beside it
GRAIN = 4.0  # of 255, over the whole photo: an enlarged portrait has no fine detail of its own
PHOTOS, RUNS = 4, 5
EDITED = ("smile", "age", "yaw")


@dataclass(frozen=True)
class LargeMeasurement:
    """An edit of the largest face in a composed photo."""

    direction: str
    unedited: int
    """Pixels that differ without any edit."""
    changed: float
    """Share of the photo's pixels that differ by more than `SEEN`."""
    seam: float
    """As in `Arrival`."""
    seconds: float
    """Median time of pasting, without drawing the pictures before and after the edit."""
    megabytes: float
    """Memory that pasting takes at its peak, beyond the photo, the pictures and the networks."""


def compose(portraits: Sequence[Pixels], seed: int) -> Photo:
    """One portrait at the left and three at the right, with grain."""
    canvas = Image.new("RGB", (SIDE + SMALL, SIDE))
    places = [(0, 0, SIDE), *((SIDE, SMALL * row, SMALL) for row in range(3))]
    for pixels, (left, top, side) in zip(portraits, places, strict=True):
        canvas.paste(Image.fromarray(pixels).resize((side, side), Image.Resampling.LANCZOS), (left, top))
    grain = np.random.default_rng(seed).normal(0, GRAIN, (*canvas.size[::-1], 1))
    return Photo(np.clip(np.asarray(canvas) + grain, 0, 255).astype(np.uint8))


def measure_large_photos(inverter: Inverter, portraits: Sequence[Path]) -> Iterator[LargeMeasurement]:
    """Yield a measurement for every composed photo and edit."""
    for index in range(min(PHOTOS, len(portraits) // 4)):
        photo = compose([read_photo(path).pixels for path in portraits[4 * index : 4 * index + 4]], index)
        inversion = inverter.invert(photo, steps=5)
        for name in EDITED:
            yield measure(inverter, photo, inversion, name)


def measure(inverter: Inverter, photo: Photo, inversion: Inversion, name: str) -> LargeMeasurement:
    """Measure one edit of one photo."""
    editor, edits = inverter.photo_editor, Edits({name: TRIED[name]})
    before, after = editor.reconstruction(inversion, 1.0), inverter.draw(inversion, edits)
    unedited = paste(editor, photo, inversion, edits, before)
    costs = [cost(lambda: paste(editor, photo, inversion, edits, after)) for _ in range(RUNS + 1)][1:]
    original = editor.original(photo, inversion)
    crop = editor.carry(original, inversion, edits, after)
    pasted = put_back(photo, original, inversion, crop)
    return LargeMeasurement(
        name,
        int((unedited != photo.pixels).any(axis=2).sum()),
        float((np.abs(pasted.astype(np.int16) - photo.pixels).max(axis=2) > SEEN).mean()),
        seam(align(pasted, inversion.quad, *crop.mask.shape), original, crop.mask),
        statistics.median(seconds for seconds, _ in costs),
        max(megabytes for _, megabytes in costs),
    )


def paste(editor: PhotoEditor, photo: Photo, inversion: Inversion, edits: Edits, edited: Pixels) -> Pixels:
    """The photo with a picture that is already drawn carried into it."""
    original = editor.original(photo, inversion)
    return put_back(photo, original, inversion, editor.carry(original, inversion, edits, edited))


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and the megabytes by which memory grows at its peak; the latter is known on Linux alone."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    start, before = time.perf_counter(), _memory("VmRSS")
    work()
    return time.perf_counter() - start, _memory("VmHWM") - before


def _memory(name: str) -> float:
    """A line of the process's status, in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(name))
