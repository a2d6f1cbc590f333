"""Runs every inversion method on every photo, with one photo in memory at a time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hyperstyle.comparison.arcface_distance import ArcFaceDistance
from hyperstyle.comparison.details import DetailEvaluator
from hyperstyle.comparison.edit_trials import EditTrials
from hyperstyle.comparison.rows import ComparisonRow, RowStore
from hyperstyle.comparison.time_left import TimeLeft
from hyperstyle.errors import StudioError, unexpected
from hyperstyle.files import Origin, file_fingerprint
from hyperstyle.inversion.methods import Method
from hyperstyle.inverter import Inverter
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.weights.assets import asset_checksums

PREPARING = "preparing"
"""Task of reading and aligning a photo, in the estimate of the remaining time."""


@dataclass(frozen=True)
class ComparisonProgress:
    """A finished row, and how far the comparison is."""

    row: ComparisonRow
    done: int
    total: int
    seconds_left: float | None
    """Estimate; None until every kind of task has been timed."""


def compare(
    inverter: Inverter,
    photos: Mapping[str, Path],
    methods: Sequence[Method],
    store: RowStore,
    edit_trials: EditTrials | None = None,
    arcface: ArcFaceDistance | None = None,
    details: DetailEvaluator | None = None,
) -> Iterator[ComparisonProgress]:
    """Yield the row of every method on every photo; rows in `store` are reused, unless they failed.

    `photos` are files by short names. `edit_trials` are applied to every inversion, and `details` computed of it.
    `arcface` fills in its distance where a row lacks it.
    """
    weights = asset_checksums(inverter.domain)
    time_left = TimeLeft(len(photos), [PREPARING, *(method.name for method in methods)])
    total, done = len(photos) * len(methods), 0
    for name, path in photos.items():
        origin = {"photo": file_fingerprint(path), "domain": inverter.domain.name, "weights": weights}
        origin |= {"edits": [direction.name for direction in edit_trials.directions]} if edit_trials else {}
        origins: dict[str, Origin] = {method.name: origin | {"steps": method.steps} for method in methods}
        found = {method.name: store.find(name, method.name, origins[method.name]) for method in methods}
        start = time.perf_counter()
        crop = None if all(found.values()) else crop_of(inverter, name, path, store)
        # An unreadable photo takes no time, which would spoil the estimate for the others.
        readable = isinstance(crop, Crop)
        time_left.finish(PREPARING, time.perf_counter() - start if readable else None)
        for method in methods:
            start, before = time.perf_counter(), found[method.name]
            if before:
                row = before
            else:
                assert crop is not None
                row = run_method(inverter, name, crop, method, store, edit_trials, details)
            if arcface and row.steps and row.arcface is None:
                row = replace(row, arcface=arcface.distance(store, row))
            if row != before:
                store.save(row, origins[method.name])
            time_left.finish(method.name, time.perf_counter() - start if readable and not before else None)
            done += 1
            yield ComparisonProgress(row, done, total, time_left.seconds())


def crop_of(inverter: Inverter, name: str, path: Path, store: RowStore) -> Crop | StudioError:
    """Return the photo's crop and save its picture; return an error, to be reported for every method, if that fails."""
    try:
        crop = inverter.crop(path)
    except StudioError as error:
        return error
    except Exception as error:
        return StudioError(unexpected(error))
    view = inverter.domain.view
    pixels = crop.pixels(view.height, view.width)
    save_photo(store.picture_path(name), pixels, Photo(pixels))
    return crop


def run_method(
    inverter: Inverter,
    name: str,
    crop: Crop | StudioError,
    method: Method,
    store: RowStore,
    edit_trials: EditTrials | None = None,
    details: DetailEvaluator | None = None,
) -> ComparisonRow:
    """Run a method on a photo, save its last picture, and return the row."""
    if isinstance(crop, StudioError):
        return ComparisonRow(name, method.name, (), str(crop))
    try:
        *_, last = inverter.steps(crop, method=method, steps=method.steps)
        edits = tuple(edit_trials.records(inverter, crop, last.inversion)) if edit_trials else ()
        seen = details(crop, last) if details else None
    except StudioError as error:
        return ComparisonRow(name, method.name, (), str(error))
    except Exception as error:
        return ComparisonRow(name, method.name, (), unexpected(error))
    pixels = to_pixels(inverter.domain.view.pool(to_tensor(last.pixels))[0])
    save_photo(store.picture_path(name, method.name), pixels, Photo(pixels))
    return ComparisonRow(name, method.name, last.inversion.steps, edits=edits, details=seen)
