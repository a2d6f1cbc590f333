"""Benchmark of a domain's parts on a device: time, memory, and the difference of results from the CPU's in float32."""

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
from hyperstyle.networks.feedback_model import FeedbackModel
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.published_models import HyperInverterModel, HyperStyleModel
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.reading import read_photo
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import locate
from hyperstyle.weights.model_loading import PUBLISHED, load_model, placed

SAMPLE_PHOTO = EXAMPLES / "male_090.jpg"
MATRIX_SIZE = 2048  # side of the matrices whose product measures the machine's speed

BenchModel = FeedbackModel | HyperStyleModel | HyperInverterModel


@dataclass(frozen=True)
class Timing:
    """Time and memory of one part of a domain."""

    domain: str
    part: str
    seconds: float
    """Median seconds over the runs."""
    runs: int
    weights: str
    """`trained`, `random` where the weights are not installed (the time is the same), or `none`."""
    memory: float
    """Peak memory in megabytes: of the CUDA device, or else of the whole process so far."""
    difference: float | None = None
    """max|y - y_cpu| / std(y_cpu) of the network's output y, with y_cpu computed on the CPU in float32."""


@dataclass(frozen=True)
class BenchInputs:
    """Inputs of a domain's networks, equal on every device."""

    photo: Tensor
    """Photo [1, 3, H, W] of the networks' input size, RGB in [-1, 1]."""
    codes: Tensor
    """The encoder's code of the photo, [1, 512] or [1, n_styles, 512]."""
    picture: Tensor
    """The generator's picture [1, 3, H, W] of the code, RGB."""
    offsets: Offsets
    """The hypernetwork's weight offsets for photo and picture."""

    @classmethod
    def from_model(cls, model: BenchModel) -> "BenchInputs":
        """Return a random photo with a model's code, picture and offsets for it."""
        view = model.view
        photo = torch.rand(1, 3, view.height, view.width, generator=torch.Generator().manual_seed(0)) * 2 - 1
        codes = model.encode(photo)
        picture = view.crop(model.generator(codes))
        return cls(photo, codes, picture, model.refinement(photo, codes)(picture, {}))

    def to(self, device: torch.device) -> "BenchInputs":
        """Return a copy of these inputs on a device."""
        offsets = {layer: offset.to(device) for layer, offset in self.offsets.items()}
        return BenchInputs(self.photo.to(device), self.codes.to(device), self.picture.to(device), offsets)


def median_seconds(work: Callable[[], object], runs: int, device: torch.device) -> float:
    """Return the median seconds of `runs` calls, each until the device is done, after one call to warm up."""
    work()
    seconds = []
    for _ in range(runs):
        synchronize(device)
        start = time.perf_counter()
        work()
        synchronize(device)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def machine_speed(device: torch.device) -> float:
    """Return the GFLOP/s of a large float32 matrix product."""
    a, b = torch.randn(2, MATRIX_SIZE, MATRIX_SIZE, device=device)
    return 2 * MATRIX_SIZE**3 / median_seconds(lambda: a @ b, 5, device) / 1e9


def peak_memory(device: torch.device) -> float:
    """Return the peak memory in megabytes: of a CUDA device since its last reset, or else of the process so far."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def bench(domain: Domain, runs: int, device: torch.device) -> Iterator[Timing]:
    """Time the parts of a domain and yield each as it is measured."""
    if domain.faces:
        yield from bench_photo(domain, runs)
    model, weights = reference_model(domain)
    with torch.no_grad():
        inputs = BenchInputs.from_model(model)
        expected = {part: network() for part, network in network_parts(model, inputs).items()}
        placed(model, device)
        on_device = inputs.to(device)
        for part, network in network_parts(model, on_device).items():
            if device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(device)
            seconds = median_seconds(network, runs, device)
            difference = largest_difference(network(), expected[part])
            yield Timing(domain.name, part, seconds, runs, weights, peak_memory(device), difference)
        steps = default_method(domain).steps
        seconds = median_seconds(lambda: list(hyperstyle.invert(model, on_device.photo, steps)), runs, device)
        part = f"picture 0 and {steps} {'step' if steps == 1 else 'steps'}"
        yield Timing(domain.name, part, seconds, runs, weights, peak_memory(device))


def bench_photo(domain: Domain, runs: int) -> Iterator[Timing]:
    """Time face detection and alignment, which always run on the CPU."""
    landmarks, cpu = locate(WEIGHTS["dlib-landmarks"]), torch.device("cpu")
    if landmarks is None:
        return
    finder, pixels = FaceFinder(landmarks), read_photo(SAMPLE_PHOTO).pixels
    quad = finder.find(pixels)[0].quad
    parts = {
        "detect": (lambda: finder.find(pixels), "trained"),
        "align": (lambda: align(pixels, quad, 1024, 1024), "none"),
    }
    for part, (work, weights) in parts.items():
        yield Timing(domain.name, part, median_seconds(work, runs, cpu), runs, weights, peak_memory(cpu))


def reference_model(domain: Domain) -> tuple[BenchModel, str]:
    """Return the domain's model on the CPU in float32, with `trained` weights, or `random` if not installed."""
    if domain.options is None or all(locate(WEIGHTS[name]) for name in domain.model):
        return load_model(domain), "trained"
    return PUBLISHED[domain.architecture](domain.options).eval().requires_grad_(False), "random"


def network_parts(model: BenchModel, inputs: BenchInputs) -> Mapping[str, Callable[[], Tensor]]:
    """Return a function to call for every network of a model.

    `slider's picture` runs the generator with kernels that are modified once, as moving a slider does.
    """
    photo, codes, offsets = inputs.photo, inputs.codes, inputs.offsets

    def refine() -> Tensor:
        refined = model.refinement(photo, codes)(inputs.picture, {})
        return torch.cat([refined[layer].flatten() for layer in sorted(refined)])

    kernels = model.generator.kernels(offsets)
    return {
        "encoder": lambda: model.encode(photo),
        "hypernetwork step": refine,
        "generator": lambda: model.generator(codes, offsets),
        "slider's picture": lambda: model.generator.synthesize(model.generator.styles(codes), kernels),
    }


def largest_difference(output: Tensor, expected: Tensor) -> float:
    """Return max|output - expected| / std(expected)."""
    return float((output.float().cpu() - expected).abs().max() / expected.std())
