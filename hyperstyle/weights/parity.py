"""Whether published weights answer as the authors' code does, by a file of its answers to one picture.

Such a file holds arrays by name; what the names mean is said beside the functions that answer them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from hyperstyle.errors import StudioError
from hyperstyle.inversion import hyperstyle, restyle
from hyperstyle.networks.published_models import HyperInverterModel, HyperStyleModel, ReStyleModel
from hyperstyle.networks.stylegan2_reference import ReferenceStyleGan2
from hyperstyle.weights.hyperinverter_layout import weight_name
from hyperstyle.weights.published_layouts import combine

TOLERANCE = 1e-3
FILES = (
    ("hyperstyle.pt", "w_encoder.pt"),
    ("restyle.pt",),
    ("hyperinverter.pt", "w_encoder.pt", "generator.pt"),
    ("hyperinverter.pt", "w_encoder.pt", "generator.pkl"),
)
"""What the published files of one model are called in a folder."""

Answers = Iterator[tuple[str, Tensor]]
Expected = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Agreement:
    """How far one array is from the expected one."""

    name: str
    difference: float
    """Largest absolute difference over the standard deviation of the expected array."""

    @property
    def holds(self) -> bool:
        """Whether that is within the tolerance; what is not a number is not."""
        return self.difference <= TOLERANCE


def check(folder: Path, against: Path, device: torch.device) -> Iterator[Agreement]:
    """Compare the model of the published files in `folder`, on a device, with every array of the npz file `against`.

    Arrays come as soon as they are known, each once.
    """
    files = next((names for names in FILES if all((folder / name).is_file() for name in names)), None)
    if files is None:
        raise StudioError(f"{folder} holds no published model: {' or '.join(map(' and '.join, FILES))} is looked for.")
    expected = read(against)
    model = combine([folder / name for name in files]).load().to(device)
    left = dict(expected)
    with torch.inference_mode():
        for name, answer in answers(model, expected):
            if name in left:
                yield compare(name, answer, left.pop(name))
    if left:
        raise StudioError(f"{against.name} expects {', '.join(left)}, which this model does not answer.")


def read(path: Path) -> Expected:
    """The arrays of an npz file."""
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, BadZipFile, AttributeError) as error:
        raise StudioError(f"{path} cannot be read as a file of expected arrays (.npz).") from error


def compare(name: str, answer: Tensor, expected: NDArray[np.float32]) -> Agreement:
    """Compare an answer with what is expected; small pictures may be expected of large ones."""
    if answer.ndim == 3 and answer.shape[-2:] != expected.shape[-2:]:
        answer = F.adaptive_avg_pool2d(answer, expected.shape[-2:])
    if answer.shape != expected.shape:
        raise StudioError(f"{name} has shape {list(answer.shape)} where {list(expected.shape)} is expected.")
    difference = np.abs(answer.cpu().numpy() - expected).max() / expected.std()
    return Agreement(name, float(difference))


def photo(model: HyperStyleModel | HyperInverterModel | ReStyleModel) -> Tensor:
    """The picture [1, 3, height, width] that expected answers are for: smoothed noise in [-1, 1]."""
    view = model.view
    noise = np.random.default_rng(7).standard_normal((1, 3, 16, 16)).astype(np.float32)
    return (
        F.interpolate(torch.from_numpy(noise), (view.height, view.width), mode="bilinear")
        .clamp(-1, 1)
        .to(model.latent_avg.device)
    )


def answers(model: nn.Module, expected: Expected) -> Answers:
    """What `model` answers, for as many steps as are expected."""
    steps = max((int(match[1]) for name in expected if (match := re.fullmatch(r"image_(\d+)", name))), default=0)
    if isinstance(model, ReStyleModel):
        return restyle_answers(model, steps)
    if isinstance(model, HyperInverterModel):
        return hyperinverter_answers(model)
    if isinstance(model, HyperStyleModel):
        return style_space_answers(model) if "style_0" in expected else hyperstyle_answers(model, steps)
    raise StudioError(f"There is nothing to compare a {type(model).__name__} with.")


def hyperstyle_answers(model: HyperStyleModel, steps: int) -> Answers:
    """Answers `codes`, `initial_uncropped`, and `image_`, `latent_`, `crop_` and `delta_` for every step."""
    for step in hyperstyle.invert(model, photo(model), steps):
        if step.index == 0:
            yield "codes", step.codes[0, 0]
            yield "initial_uncropped", model.generator(step.codes)[0]
            continue
        yield f"image_{step.index}", step.picture[0]
        yield f"latent_{step.index}", step.codes[0, 0]
        yield f"crop_{step.index}", step.picture[0, :, 100:132, 200:232]
        for layer, offset in step.offsets.items():
            extent = model.generator.layer_list()[layer].shape.kernel
            yield f"delta_{step.index}_{layer}", offset[0, :8, :8].expand(-1, -1, extent, extent)


def restyle_answers(model: ReStyleModel, steps: int) -> Answers:
    """Answers `average_image`, and `image_` and `latent_` for every step.

    With the expected file's weights the second step magnifies differences in rounding ten-thousandfold, so the
    generator that rounds as the authors' does is taken.
    """
    plain = ReferenceStyleGan2(model.options.output_size)
    plain.load_state_dict(model.generator.state_dict(), assign=True)
    model.generator = plain
    for step in restyle.invert(model, photo(model), steps):
        yield f"image_{step.index}" if step.index else "average_image", step.picture[0]
        yield f"latent_{step.index}", step.codes[0]


def hyperinverter_answers(model: HyperInverterModel) -> Answers:
    """Answers `code`, `image_` for both steps, `w_bar_code`: a pixel of every map, and `weight_` for every kernel."""
    given = photo(model)
    for step in hyperstyle.invert(model, given, steps=1):
        if step.index == 0:
            yield "code", step.codes[0, 0]
        yield f"image_{step.index}", step.picture[0]
        for layer, added in step.offsets.items():
            yield f"weight_{weight_name(model.generator.layer_list()[layer].shape)}", added[0].flatten(1)[:8, :16]
    yield "w_bar_code", model.encoder(given)[0, :, :, 0, 0]


EDITS = ((6, 7, 5.0), (9, 100, -8.0), (15, 3, 6.0))
"""Style, channel and what is added to it."""


def style_space_answers(model: HyperStyleModel) -> Answers:
    """Answers `style_i` for the code, `image` after the second step, and `edited` with `EDITS`."""
    *_, step = hyperstyle.invert(model, photo(model), steps=2)
    styles: Sequence[Tensor] = model.generator.styles(step.codes)
    for index, style in enumerate(styles):
        yield f"style_{index}", style[0]
    yield "image", step.picture[0]
    moved = [style.clone() for style in styles]
    for index, channel, amount in EDITS:
        moved[index][:, channel] += amount
    yield "edited", model.view.crop(model.generator.synthesize(moved, model.generator.kernels(step.offsets)))[0]
