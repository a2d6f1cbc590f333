"""How long every part of a domain takes on a device, how much memory, and how far its answers are from the CPU's."""

import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.device import synchronize
from hyperstyle.domain_table import Domain
from hyperstyle.inversion import hyperstyle
from hyperstyle.inversion.methods import default_method
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.published_models import HyperInverterModel, HyperStyleModel
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.quads import face_quad
from hyperstyle.photo.reading import read_photo
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import locate
from hyperstyle.weights.model_loading import PUBLISHED, load_model, placed

SAMPLE = EXAMPLES / "male_090.jpg"
PRODUCT = 2048  # side of the matrices whose product tells how fast the machine is

BenchModel = EmbeddedModel | HyperStyleModel | HyperInverterModel


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
    memory: float
    """Megabytes at the peak: of the GPU, or else of the whole process so far."""
    difference: float | None = None
    """Largest difference of a network's answer from the CPU's in fp32, over that answer's standard deviation."""


@dataclass(frozen=True)
class BenchInputs:
    """What the networks of a domain are given, the same on every device."""

    photo: Tensor
    codes: Tensor
    picture: Tensor
    offsets: Offsets

    @classmethod
    def of(cls, model: BenchModel) -> "BenchInputs":
        """A random photo, and what a model makes of it."""
        view = model.view
        photo = torch.rand(1, 3, view.height, view.width, generator=torch.Generator().manual_seed(0)) * 2 - 1
        codes = model.encode(photo)
        picture = view.crop(model.generator(codes))
        return cls(photo, codes, picture, model.refinement(photo, codes)(picture, {}))

    def to(self, device: torch.device) -> "BenchInputs":
        """The same on a device."""
        offsets = {layer: offset.to(device) for layer, offset in self.offsets.items()}
        return BenchInputs(self.photo.to(device), self.codes.to(device), self.picture.to(device), offsets)


def median_seconds(work: Callable[[], object], runs: int, device: torch.device) -> float:
    """Median time of `runs` calls until the device is done, after one call that is not counted."""
    work()
    taken = []
    for _ in range(runs):
        synchronize(device)
        start = time.perf_counter()
        work()
        synchronize(device)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def machine_speed(device: torch.device) -> float:
    """Billions of floating-point operations a second of a large fp32 matrix product."""
    a, b = torch.randn(2, PRODUCT, PRODUCT, device=device)
    return 2 * PRODUCT**3 / median_seconds(lambda: a @ b, 5, device) / 1e9


def peak_memory(device: torch.device) -> float:
    """Megabytes at the peak: of a CUDA device since the last reset, or else of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def bench(domain: Domain, runs: int, device: torch.device) -> Iterator[Timing]:
    """Time the parts of a domain, one after the other."""
    if domain.faces:
        yield from bench_photo(domain, runs)
    model, weights = reference_model(domain)
    with torch.no_grad():
        inputs = BenchInputs.of(model)
        answers = {part: network() for part, network in network_parts(model, inputs).items()}
        placed(model, device)
        there = inputs.to(device)
        for part, network in network_parts(model, there).items():
            if device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(device)
            seconds = median_seconds(network, runs, device)
            difference = largest_difference(network(), answers[part])
            yield Timing(domain.name, part, seconds, runs, weights, peak_memory(device), difference)
        steps = default_method(domain).steps
        seconds = median_seconds(lambda: list(hyperstyle.invert(model, there.photo, steps)), runs, device)
        part = f"picture 0 and {steps} {'step' if steps == 1 else 'steps'}"
        yield Timing(domain.name, part, seconds, runs, weights, peak_memory(device))


def bench_photo(domain: Domain, runs: int) -> Iterator[Timing]:
    """Finding the face in a photo and cutting it out, which the CPU does everywhere."""
    landmarks, cpu = locate(WEIGHTS["dlib-landmarks"]), torch.device("cpu")
    if landmarks is None:
        return
    finder, pixels = FaceFinder(landmarks), read_photo(SAMPLE).pixels
    quad = face_quad(finder.find(pixels)[0].landmarks)
    parts = {
        "detect": (lambda: finder.find(pixels), "trained"),
        "align": (lambda: align(pixels, quad, 1024, 1024), "none"),
    }
    for part, (work, weights) in parts.items():
        yield Timing(domain.name, part, median_seconds(work, runs, cpu), runs, weights, peak_memory(cpu))


def reference_model(domain: Domain) -> tuple[BenchModel, str]:
    """The domain's model on the CPU in fp32, and whether its weights are `trained` or, not being here, `random`."""
    if domain.options is None or all(locate(WEIGHTS[name]) for name in domain.model):
        return load_model(domain), "trained"
    return PUBLISHED[domain.architecture](domain.options).eval().requires_grad_(False), "random"


def network_parts(model: BenchModel, inputs: BenchInputs) -> Mapping[str, Callable[[], Tensor]]:
    """Every network of a model, ready to be called; and the generator as a slider uses it, with its kernels kept."""
    photo, codes, offsets = inputs.photo, inputs.codes, inputs.offsets

    def refine() -> Tensor:
        found = model.refinement(photo, codes)(inputs.picture, {})
        return torch.cat([found[layer].flatten() for layer in sorted(found)])

    kernels = model.generator.kernels(offsets)
    return {
        "encoder": lambda: model.encode(photo),
        "hypernetwork step": refine,
        "generator": lambda: model.generator(codes, offsets),
        "slider's picture": lambda: model.generator.synthesize(model.generator.styles(codes), kernels),
    }


def largest_difference(answer: Tensor, expected: Tensor) -> float:
    """Largest absolute difference over the standard deviation of what is expected."""
    return float((answer.float().cpu() - expected).abs().max() / expected.std())
