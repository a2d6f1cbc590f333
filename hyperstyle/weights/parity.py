"""Compares published weights in this program with the outputs of the authors' code for one picture.

The expected outputs are arrays in an npz file; the functions that yield ours explain their names.
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
"""Names that the published files of one model have in a folder, one row per kind of model."""

Outputs = Iterator[tuple[str, Tensor]]
"""Name and value of every output."""
Expected = Mapping[str, NDArray[np.float32]]
"""Name -> expected output."""


@dataclass(frozen=True)
class Agreement:
    """Difference of one output from the expected one."""

    name: str
    difference: float
    """Largest absolute difference over the standard deviation of the expected array."""

    @property
    def holds(self) -> bool:
        """True if the difference is within `TOLERANCE`; False for NaN."""
        return self.difference <= TOLERANCE


def check(folder: Path, against: Path, device: torch.device) -> Iterator[Agreement]:
    """Compare the model in `folder`, on a device, with every array of the npz file `against`.

    Yields one `Agreement` per array, as soon as it is computed.
    """
    files = next((names for names in FILES if all((folder / name).is_file() for name in names)), None)
    if files is None:
        raise StudioError(f"{folder} holds no published model, that is {' or '.join(map(' and '.join, FILES))}.")
    expected = read(against)
    model = combine([folder / name for name in files]).load().to(device)
    remaining = dict(expected)
    with torch.inference_mode():
        for name, output in outputs(model, expected):
            if name in remaining:
                yield compare(name, output, remaining.pop(name))
    if remaining:
        raise StudioError(f"{against.name} expects {', '.join(remaining)}, which this model does not compute.")


def read(path: Path) -> Expected:
    """Return the arrays of an npz file."""
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, BadZipFile, AttributeError) as error:
        raise StudioError(f"{path} cannot be read as a file of expected arrays (.npz).") from error


def compare(name: str, output: Tensor, expected: NDArray[np.float32]) -> Agreement:
    """Compare an output with the expected one; pictures are pooled to the size of the expected one."""
    if output.ndim == 3 and output.shape[-2:] != expected.shape[-2:]:
        output = F.adaptive_avg_pool2d(output, expected.shape[-2:])
    if output.shape != expected.shape:
        raise StudioError(f"{name} has shape {list(output.shape)} where {list(expected.shape)} is expected.")
    difference = np.abs(output.cpu().numpy() - expected).max() / expected.std()
    return Agreement(name, float(difference))


def photo(model: HyperStyleModel | HyperInverterModel | ReStyleModel) -> Tensor:
    """Return the input [1, 3, view.height, view.width] of the expected outputs: smoothed noise in [-1, 1]."""
    view = model.view
    noise = np.random.default_rng(7).standard_normal((1, 3, 16, 16)).astype(np.float32)
    return (
        F.interpolate(torch.from_numpy(noise), (view.height, view.width), mode="bilinear")
        .clamp(-1, 1)
        .to(model.latent_avg.device)
    )


def outputs(model: nn.Module, expected: Expected) -> Outputs:
    """Return the outputs of `model`, for as many steps as are expected."""
    steps = max((int(match[1]) for name in expected if (match := re.fullmatch(r"image_(\d+)", name))), default=0)
    if isinstance(model, ReStyleModel):
        return restyle_outputs(model, steps)
    if isinstance(model, HyperInverterModel):
        return hyperinverter_outputs(model)
    if isinstance(model, HyperStyleModel):
        return style_space_outputs(model) if "style_0" in expected else hyperstyle_outputs(model, steps)
    raise StudioError(f"There is nothing to compare a {type(model).__name__} with.")


def hyperstyle_outputs(model: HyperStyleModel, steps: int) -> Outputs:
    """Yield `codes`, `initial_uncropped`, and for every step `image_`, `latent_`, `crop_` and, per layer, `delta_`."""
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


def restyle_outputs(model: ReStyleModel, steps: int) -> Outputs:
    """Yield `average_image`, and `image_` and `latent_` for every step.

    With the random weights of the reference files the second step magnifies rounding ten-thousandfold. So this uses
    `ReferenceStyleGan2`, which rounds as the authors' code does.
    """
    reference = ReferenceStyleGan2(model.options.output_size)
    reference.load_state_dict(model.generator.state_dict(), assign=True)
    model.generator = reference
    for step in restyle.invert(model, photo(model), steps):
        yield f"image_{step.index}" if step.index else "average_image", step.picture[0]
        yield f"latent_{step.index}", step.codes[0]


def hyperinverter_outputs(model: HyperInverterModel) -> Outputs:
    """Yield `code`, `image_` for both steps, `weight_` per layer, and `w_bar_code`, a pixel of every feature map."""
    picture = photo(model)
    for step in hyperstyle.invert(model, picture, steps=1):
        if step.index == 0:
            yield "code", step.codes[0, 0]
        yield f"image_{step.index}", step.picture[0]
        for layer, offset in step.offsets.items():
            yield f"weight_{weight_name(model.generator.layer_list()[layer].shape)}", offset[0].flatten(1)[:8, :16]
    yield "w_bar_code", model.encoder(picture)[0, :, :, 0, 0]


EDITS = ((6, 7, 5.0), (9, 100, -8.0), (15, 3, 6.0))
"""(style, channel, amount to add) of the expected edit."""


def style_space_outputs(model: HyperStyleModel) -> Outputs:
    """Yield `style_i` for every style, `image` after the second step, and `edited`, that image with `EDITS`."""
    *_, step = hyperstyle.invert(model, photo(model), steps=2)
    styles: Sequence[Tensor] = model.generator.styles(step.codes)
    for index, style in enumerate(styles):
        yield f"style_{index}", style[0]
    yield "image", step.picture[0]
    edited = [style.clone() for style in styles]
    for index, channel, amount in EDITS:
        edited[index][:, channel] += amount
    yield "edited", model.view.crop(model.generator.synthesize(edited, model.generator.kernels(step.offsets)))[0]
