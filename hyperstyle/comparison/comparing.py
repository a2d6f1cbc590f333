"""Runs every method on every photo, with one photo in memory at a time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hyperstyle.comparison.edit_trials import Editing
from hyperstyle.comparison.rows import Row, Rows
from hyperstyle.comparison.second_identity import ArcFace
from hyperstyle.comparison.time_left import TimeLeft
from hyperstyle.errors import StudioError
from hyperstyle.files import Origin, file_fingerprint
from hyperstyle.inversion.methods import Method
from hyperstyle.inverter import Inverter
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.weights.assets import asset_checksums

PREPARING = "preparing"
"""What a photo takes beside the methods, in the estimate of the time left."""


@dataclass(frozen=True)
class ComparisonProgress:
    """A row that is there, and how far the comparison is."""

    row: Row
    done: int
    total: int
    seconds_left: float | None
    """None where nobody knows yet."""


def compare(
    inverter: Inverter,
    photos: Mapping[str, Path],
    methods: Sequence[Method],
    rows: Rows,
    editing: Editing | None = None,
    arcface: ArcFace | None = None,
) -> Iterator[ComparisonProgress]:
    """All rows, photo by photo; those that were made before are not made again, unless they had failed.

    `photos` are files by their short names; `editing` is what every inversion is tried on, if anything. Where there
    is an `arcface`, it judges each row once.
    """
    shipped = asset_checksums(inverter.domain)
    time_left = TimeLeft(len(photos), [PREPARING, *(method.name for method in methods)])
    total, done = len(photos) * len(methods), 0
    for name, path in photos.items():
        origin = {"photo": file_fingerprint(path), "domain": inverter.domain.name, "weights": shipped}
        origin |= {"edits": [direction.name for direction in editing.directions]} if editing else {}
        origins: dict[str, Origin] = {method.name: origin | {"steps": method.steps} for method in methods}
        found = {method.name: rows.find(name, method.name, origins[method.name]) for method in methods}
        start = time.perf_counter()
        crop = None if all(found.values()) else crop_of(inverter, name, path, rows)
        # What cannot be read takes no time, and says nothing of the photos to come.
        readable = isinstance(crop, Crop)
        time_left.passed(PREPARING, time.perf_counter() - start if readable else None)
        for method in methods:
            start, before = time.perf_counter(), found[method.name]
            if before:
                row = before
            else:
                assert crop is not None
                row = make(inverter, name, crop, method, rows, editing)
            if arcface and row.steps and row.arcface is None:
                row = replace(row, arcface=arcface.distance(rows, row))
            if row != before:
                rows.keep(row, origins[method.name])
            time_left.passed(method.name, time.perf_counter() - start if readable and not before else None)
            done += 1
            yield ComparisonProgress(row, done, total, time_left.seconds())


def crop_of(inverter: Inverter, name: str, path: Path, rows: Rows) -> Crop | StudioError:
    """The photo's crop, which is also kept as a picture; or what is wrong with it, as every method will say."""
    try:
        crop = inverter.crop(path)
    except StudioError as error:
        return error
    except Exception as error:
        return StudioError(unexpected(error))
    view = inverter.domain.view
    pixels = crop.pixels(view.height, view.width)
    save_photo(rows.picture(name), pixels, Photo(pixels))
    return crop


def make(
    inverter: Inverter,
    name: str,
    crop: Crop | StudioError,
    method: Method,
    rows: Rows,
    editing: Editing | None = None,
) -> Row:
    """The row of a method on a photo, whose last picture is kept."""
    if isinstance(crop, StudioError):
        return Row(name, method.name, (), str(crop))
    try:
        *_, last = inverter.steps(crop, method=method, steps=method.steps)
        edits = tuple(editing.records(inverter, crop, last.inversion)) if editing else ()
    except StudioError as error:
        return Row(name, method.name, (), str(error))
    except Exception as error:
        return Row(name, method.name, (), unexpected(error))
    pixels = to_pixels(inverter.domain.view.pool(to_tensor(last.pixels))[0])
    save_photo(rows.picture(name, method.name), pixels, Photo(pixels))
    return Row(name, method.name, last.inversion.steps, edits=edits)


def unexpected(error: Exception) -> str:
    """What is said of a photo at which the program itself breaks: one of a thousand must not end the night's run."""
    return f"unexpected {type(error).__name__} ({error}): `invert` on this photo alone shows where"
