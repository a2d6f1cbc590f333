"""Arguments and options that several commands share, and their values."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import torch
import typer

from hyperstyle.bulk.photo_sources import PhotoSource, photo_on_disk, photos_in_bucket
from hyperstyle.device import DEVICE_VARIABLE, choose_device
from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import Method, Preset, method_for

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif")
"""Suffixes of the files in a folder that are taken for photos; a file that is given itself may have any suffix."""

P = TypeVar("P", Path, PhotoSource)

Device = Annotated[
    str | None,
    typer.Option(help=f"cpu, cuda, cuda:1 or mps; by default the value of {DEVICE_VARIABLE}, or the best device."),
]

DomainName = Annotated[str, typer.Option(help="Domain of the generator; `weights list` shows all.")]

Photos = Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos, or folders of them.")]
Sources = Annotated[
    list[str], typer.Argument(metavar="PHOTO...", help="Photos, folders of them, or addresses like s3://bucket/folder.")
]

PresetOption = Annotated[
    Preset, typer.Option("--preset", help="Number of steps of each method: fast enough for a CPU, or as in the papers.")
]


def domain_of(name: str) -> Domain:
    """Return the domain called `name`; raise a usage error for an unknown name."""
    if name not in DOMAINS:
        raise typer.BadParameter(f"{name!r} is no domain; choose among {', '.join(DOMAINS)}")
    return DOMAINS[name]


def device_of(name: str | None) -> torch.device:
    """Return the device called `name`, or the default one; raise a usage error where this machine lacks it."""
    try:
        return choose_device(name)
    except StudioError as error:
        raise typer.BadParameter(str(error)) from error


def domains_of(name: str | None) -> list[Domain]:
    """Return the domain called `name`, or all domains for None."""
    return list(DOMAINS.values()) if name is None else [domain_of(name)]


def method_of(name: str, domain: Domain, preset: Preset) -> Method:
    """Return a method with the steps of a preset; raise a usage error where the domain does not have it."""
    try:
        return method_for(domain, name).with_preset(preset)
    except StudioError as error:
        raise typer.BadParameter(str(error)) from error


def photos_in(paths: Sequence[Path]) -> dict[str, Path]:
    """Expand folders and give every photo a unique short name, in order; photos that are given twice appear once."""
    return _named(file for path in paths for file in _files(path))


def sources_in(named: Sequence[str]) -> dict[str, PhotoSource]:
    """Expand folders and buckets and give every photo a unique short name, as `photos_in` does for photos on disk."""
    return _named(source for each in named for source in _sources(each))


def _named(photos: Iterable[P]) -> dict[str, P]:
    names: dict[str, P] = {}
    for photo in dict.fromkeys(photos):
        stem = name = Path(str(photo)).stem
        count = 1
        while name in names:
            count += 1
            name = f"{stem}-{count}"
        names[name] = photo
    return names


def _sources(named: str) -> list[PhotoSource]:
    if "://" not in named:
        return [photo_on_disk(file) for file in _files(Path(named))]
    found = photos_in_bucket(named, PHOTO_SUFFIXES)
    if not found:
        raise typer.BadParameter(f"{named} holds no photo ({', '.join(PHOTO_SUFFIXES)})")
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES)
    if not found:
        raise typer.BadParameter(f"the folder {path} holds no photo ({', '.join(PHOTO_SUFFIXES)})")
    return found


@contextmanager
def training_packages() -> Iterator[None]:
    """Turn a failed import of a package that only trainings need into a `StudioError`."""
    try:
        yield
    except ImportError as error:
        raise StudioError(
            "This command needs more packages: install them with `python -m pip install -r requirements-dev.txt`."
        ) from error
