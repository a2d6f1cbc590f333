"""What several commands ask for in the same way."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import torch
import typer

from hyperstyle.bulk.photo_sources import PhotoSource, in_bucket, on_disk
from hyperstyle.device import VARIABLE, choose_device
from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import Method, Preset, method_for

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif")
"""Endings of the files of a folder that are taken for photos; a file that is named itself may end as it likes."""

P = TypeVar("P", Path, PhotoSource)

Device = Annotated[
    str | None,
    typer.Option(help=f"cpu, cuda, cuda:1 or mps; if not given, what {VARIABLE} names, or the best."),
]

Photos = Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos, or folders of them.")]
Sources = Annotated[
    list[str], typer.Argument(metavar="PHOTO...", help="Photos, folders of them, or addresses as s3://bucket/folder.")
]

Steps = Annotated[
    Preset, typer.Option("--preset", help="How many steps methods take: few enough for a CPU, or as many as published.")
]


def domain_of(name: str) -> Domain:
    """The domain of that name; a wrong name is wrong usage."""
    if name not in DOMAINS:
        raise typer.BadParameter(f"{name!r} is no domain; there are {', '.join(DOMAINS)}")
    return DOMAINS[name]


def device_of(name: str | None) -> torch.device:
    """The device of that name, or the one to take where none is given; one that is not here is wrong usage."""
    try:
        return choose_device(name)
    except StudioError as error:
        raise typer.BadParameter(str(error)) from error


def domains_of(name: str | None) -> list[Domain]:
    """The domain of that name, or all of them."""
    return list(DOMAINS.values()) if name is None else [domain_of(name)]


def method_of(name: str, domain: Domain, preset: Preset) -> Method:
    """The inversion method of that name with the steps of a preset; one that is not for the domain is wrong usage."""
    try:
        return method_for(domain, name).with_preset(preset)
    except StudioError as error:
        raise typer.BadParameter(str(error)) from error


def photos_in(paths: Sequence[Path]) -> dict[str, Path]:
    """A short name of its own for every photo that is named or lies in a folder that is, in order, each photo once."""
    return _named(file for path in paths for file in _files(path))


def sources_in(named: Sequence[str]) -> dict[str, PhotoSource]:
    """The same, of photos on disk and in buckets."""
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
        return [on_disk(file) for file in _files(Path(named))]
    found = in_bucket(named, PHOTO_SUFFIXES)
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
    """Some packages are of use to trainings alone, so that not everybody has them."""
    try:
        yield
    except ImportError as error:
        raise StudioError(
            "This takes packages that the program itself does not: `python -m pip install -r requirements-dev.txt`."
        ) from error
