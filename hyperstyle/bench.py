"""How long every part of a domain takes on this machine."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from hyperstyle.domains import Domain
from hyperstyle.inversion import hyperstyle
from hyperstyle.inversion.methods import usual_method
from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.quads import face_quad
from hyperstyle.photo.reading import read_photo
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.embedded import load_model
from hyperstyle.weights.fetching import locate
from hyperstyle.weights.models import KINDS, load

SAMPLE = Path(__file__).resolve().parents[1] / "examples" / "male_090.jpg"
PRODUCT = 2048  # side of the matrices whose product tells how fast the machine is


@dataclass(frozen=True)
class Timing:
    """How long one part takes."""

    domain: str
    part: str
    seconds: float
    """Median over the runs."""
    runs: int
    weights: str
    """`trained`, or `random` where they are not at hand: that takes as long."""


def median_seconds(work: Callable[[], object], runs: int) -> float:
    """Median time of `runs` calls, after one that is not counted."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def machine_speed() -> float:
    """Billions of floating-point operations a second of a large fp32 matrix product."""
    a, b = torch.randn(2, PRODUCT, PRODUCT)
    return 2 * PRODUCT**3 / median_seconds(lambda: a @ b, 5) / 1e9


def bench(domain: Domain, runs: int) -> Iterator[Timing]:
    """Time the parts of a domain, one after the other."""
    if domain.faces:
        yield from bench_photo(domain, runs)
    parts, weights = embedded_parts() if domain.published is None else published_parts(domain)
    for part, work in parts.items():
        with torch.no_grad():
            yield Timing(domain.name, part, median_seconds(work, runs), runs, weights.get(part, "trained"))


def bench_photo(domain: Domain, runs: int) -> Iterator[Timing]:
    """Finding the face in a photo and cutting it out."""
    landmarks = locate(WEIGHTS["dlib-landmarks"])
    if landmarks is None:
        return
    finder, pixels = FaceFinder(landmarks), read_photo(SAMPLE).pixels
    quad = face_quad(finder.find(pixels)[0].landmarks)
    yield Timing(domain.name, "detect", median_seconds(lambda: finder.find(pixels), runs), runs, "trained")
    yield Timing(domain.name, "align", median_seconds(lambda: align(pixels, quad, 1024, 1024), runs), runs, "none")


Parts = dict[str, Callable[[], object]]


def published_parts(domain: Domain) -> tuple[Parts, dict[str, str]]:
    """The parts of a published model, trained where its files are at hand and with random weights where not."""
    kind = KINDS[domain.kind]
    files = [locate(WEIGHTS[name]) for name in domain.model]
    at_hand = [file for file in files if file]
    if len(at_hand) == len(files):
        model, weights = load(kind, *at_hand), "trained"
    else:
        assert domain.published is not None
        model, weights = kind(domain.published).eval(), "random"
    photo = torch.rand(1, 3, domain.view.height, domain.view.width) * 2 - 1
    codes = model.encode(photo)
    refine = model.refinement(photo, codes)
    offsets = refine(photo, {})
    parts: Parts = {
        "encoder": lambda: model.encode(photo),
        "hypernetwork step": lambda: refine(photo, {}),
        "generator": lambda: model.generator(codes, offsets),
    }
    steps = usual_method(domain).limited(3)
    all_pictures = "both pictures" if steps == 1 else "picture 0 and three steps"
    parts[all_pictures] = lambda: list(hyperstyle.invert(model, photo, steps))
    return parts, dict.fromkeys(parts, weights)


def embedded_parts() -> tuple[Parts, dict[str, str]]:
    """The parts of the embedded model."""
    model = load_model()
    photo = torch.rand(1, 3, 256, 256) * 2 - 1
    with torch.no_grad():
        codes = model.encode(photo)
        picture = model.view.pool(model.generator(codes))
        refine = model.refinement(photo, codes)
        offsets = refine(picture, {})
    parts: Parts = {
        "encoder": lambda: model.encode(photo),
        "hypernetwork step": lambda: refine(picture, offsets),
        "generator": lambda: model.generator(codes, offsets),
        "picture 0 and five steps": lambda: list(hyperstyle.invert(model, photo, steps=5)),
    }
    return parts, {}
