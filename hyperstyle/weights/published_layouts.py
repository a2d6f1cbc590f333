"""Reading the authors' own checkpoint files, strictly.

Which kind a file is follows from what it holds, and which tensors it has to hold follows from its options: one that
is missing, one too many or one of another shape is an error that names it. Knowingly left aside are what only
training needs (`LEFTOVERS`), the fixed filters, and what a file repeats: the shared hypernetwork under each layer that
uses it, and the W-encoder file's copy of the generator. Repetitions are compared before they are dropped.
"""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.networks.hypernetwork import SHARED_LAYERS
from hyperstyle.networks.published_models import HYPERNETWORKS, RESTYLE_BACKBONES, Options
from hyperstyle.networks.stylegan2 import Kind, blur_kernel, layer_shapes
from hyperstyle.weights import hyperinverter_layout, nvidia
from hyperstyle.weights.checkpoint import (
    SIZES,
    Checkpoint,
    Copies,
    add_average,
    known_size,
    listed,
    load_exact,
    options_of,
    opts_of,
)
from hyperstyle.weights.model_weights import ModelWeights

LEFTOVERS = {
    *("state_dict", "g_ema", "opts", "latent_avg"),
    *("global_step", "best_val_loss", "optimizer", "discriminator_state_dict", "discriminator_optimizer_state_dict"),
    *("g", "d", "g_optim", "d_optim", "args", "ada_aug_p", "iter"),
    *("G_ema", "init_kwargs", "encoder_optimizer", "discriminator_optimizer", "loss_dict"),
}
"""Entries of a file that are read by name, and those that only going on with its training would need."""


def read(path: Path) -> Checkpoint:
    """Open a published file; its tensors stay on the disk until they are used, but for those of a pickle."""
    if path.suffix == ".pkl":
        tensors, arguments = nvidia.read(path)
        return Checkpoint(path.name, "nvidia", tensors, {"init_kwargs": arguments})
    try:
        # Files written before torch 1.6 are no archives and cannot be mapped.
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except UnpicklingError as error:
        raise StudioError(
            f"{path.name} is not read because it holds more than tensors and plain values, or is damaged; "
            "fetch it again from its authors."
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        raise StudioError(f"{path} cannot be read as a PyTorch checkpoint; see that it is there and whole.") from error
    if not isinstance(content, Mapping):
        raise StudioError(f"{path.name} is no checkpoint that this program knows: it holds no named entries.")
    unknown = [str(entry) for entry in content if entry not in LEFTOVERS]
    if unknown:
        raise StudioError(f"{path.name} is no checkpoint that this program knows: it holds {listed(unknown)}.")
    tensors = next((content[name] for name in ("g_ema", "G_ema", "state_dict") if name in content), {})
    return Checkpoint(path.name, kind_of(path.name, content, tensors), dict(tensors), content)


MARKS = {
    "w_bar_encoder.": "hyperinverter",
    "hypernet.": "hyperstyle",
    "encoder.styles.": "restyle",
    "encoder.linear.": "w_encoder",
}
"""How a tensor's name begins -> the kind of file; the first that is found counts."""


def kind_of(name: str, content: Mapping[str, Any], tensors: Iterable[str]) -> str:
    """Which kind of file has these entries and tensors."""
    if "g_ema" in content:
        return "generator"
    if "G_ema" in content:
        return "nvidia"
    for mark, kind in MARKS.items():
        if any(tensor.startswith(mark) for tensor in tensors):
            return kind
    raise StudioError(f"{name} is no checkpoint that this program knows: no hypernetwork, encoder or generator in it.")


def combine(paths: Sequence[Path]) -> ModelWeights:
    """The weights of the one model that the published files at `paths` make up together."""
    files = sorted((read(path) for path in paths), key=lambda file: file.kind)
    layout = LAYOUTS.get(tuple(file.kind for file in files))
    if layout is None:
        found = ", ".join(f"{file.name} ({file.kind})" for file in files) or "nothing"
        known = "; ".join(" with ".join(kinds) for kinds in LAYOUTS)
        raise StudioError(f"These files do not make up one model: {found}; what does is {known}.")
    return layout(*files)


def hyperstyle(file: Checkpoint, w_encoder: Checkpoint) -> ModelWeights:
    """HyperStyle from its own file and its W-encoder's, whose average code is not the one that counts."""
    opts = opts_of(file, layers_to_tune=None, encoder_type=HYPERNETWORKS, input_nc=(6,))
    layers = tuned_layers(file.name, str(opts["layers_to_tune"]), len(layer_shapes(opts["output_size"])))
    weights = ModelWeights("hyperstyle", options_of(opts, layers=layers))
    encoder = {name for name in weights.shapes if name.startswith("w_encoder.")}
    add_average(file, weights, "latent_avg", file.content)
    copies = {**filters(weights.options.output_size, "decoder."), **shared_copies(file, weights.options)}
    load_exact(file, weights, weights.shapes.keys() - encoder, copies, published_name)
    generator = {name: tensor for name, tensor in file.tensors.items() if name.startswith("decoder.")}
    load_exact(w_encoder, weights, encoder, generator, published_name)
    return weights


def restyle(file: Checkpoint) -> ModelWeights:
    """ReStyle-e4e from its one file."""
    weights = ModelWeights("restyle", options_of(opts_of(file, encoder_type=RESTYLE_BACKBONES, input_nc=(6,))))
    add_average(file, weights, "latent_avg", file.content)
    load_exact(file, weights, weights.shapes, filters(weights.options.output_size, "decoder."), published_name)
    return weights


def generator(file: Checkpoint) -> ModelWeights:
    """A StyleGAN2 from a file that keeps it under `g_ema`."""
    doublings = {name.split(".")[1] for name in file.tensors if name.startswith("to_rgbs.")}
    size = known_size(file.name, 4 << len(doublings))
    weights = ModelWeights("generator", Options(size))
    load_exact(file, weights, weights.shapes, filters(size, ""), generator_name)
    return weights


LAYOUTS: dict[tuple[str, ...], Callable[..., ModelWeights]] = {
    ("hyperstyle", "w_encoder"): hyperstyle,
    ("restyle",): restyle,
    ("generator",): generator,
    ("nvidia",): nvidia.generator,
    ("hyperinverter", "nvidia", "w_encoder"): hyperinverter_layout.hyperinverter,
}
"""The kinds of files that make up a model, in alphabetical order -> how."""


def tuned_layers(name: str, text: str, count: int) -> tuple[int, ...]:
    """The layers of a comma list; none means all `count` of them."""
    try:
        layers = {int(part) for part in text.split(",")} if text.strip() else set(range(count))
    except ValueError as error:
        raise StudioError(f"{name} has layers_to_tune {text!r}, which is no list of numbers.") from error
    if not layers <= set(range(count)):
        raise StudioError(f"{name} tunes layers that its generator does not have: {text} of {count}.")
    return tuple(sorted(layers))


def filters(size: int, prefix: str) -> Copies:
    """The smoothing filters that a file repeats for every doubling."""
    kernel = blur_kernel(1, torch.zeros(()))[0, 0]
    names: dict[str, Tensor | None] = {}
    for index, shape in enumerate(layer_shapes(size)):
        convolution = prefix + generator_name(f"layers.{index}.weight").removesuffix("weight")
        if shape.kind is Kind.UP:
            names[f"{convolution}blur.kernel"] = kernel
        elif shape.kind is Kind.RGB and index > 1:
            names[f"{convolution.removesuffix('conv.')}upsample.kernel"] = kernel
    return names


def shared_copies(file: Checkpoint, options: Options) -> Copies:
    """The shared hypernetwork under every layer that uses it, and itself where none does."""
    sharing = SHARED_LAYERS.intersection(options.layers)
    if not sharing:
        return {name: None for name in file.tensors if name.startswith("hypernet.shared_weight_hypernet.")}
    return {
        f"hypernet.refinement_blocks.{layer}.hypernet.{leaf}": file.tensors.get(
            f"hypernet.shared_weight_hypernet.{leaf}"
        )
        for layer in sharing
        for leaf in ("w1", "b1", "w2", "b2")
    }


def published_name(ours: str) -> str:
    """The authors' name for a tensor of `HyperStyleModel` or `ReStyleModel`."""
    part, _, rest = ours.partition(".")
    if part == "generator":
        return f"decoder.{generator_name(rest)}"
    if part in ("w_encoder", "encoder"):
        return f"encoder.{rest.removeprefix('trunk.')}"
    if part == "hypernetwork":
        return f"hypernet.{hypernetwork_name(rest)}"
    return ours


def generator_name(ours: str) -> str:
    """The authors' name for a tensor of `StyleGan2`."""
    part, *rest = ours.split(".")
    if part == "constant":
        return "input.input"
    index, leaf = int(rest[0]), ".".join(rest[1:])
    if part == "mapping":
        return f"style.{index + 1}.{leaf}"
    shape = layer_shapes(SIZES[-1])[index]
    if leaf == "noise":
        return f"noises.noise_{shape.style}"
    leaf = {
        "weight": "conv.weight",
        "style.weight": "conv.modulation.weight",
        "style.bias": "conv.modulation.bias",
        "noise_strength": "noise.weight",
        "bias": "bias" if shape.kind is Kind.RGB else "activate.bias",
    }[leaf]
    if index < 2:
        return f"{'to_rgb1' if shape.kind is Kind.RGB else 'conv1'}.{leaf}"
    doubling, place = divmod(index - 2, 3)
    return f"to_rgbs.{doubling}.{leaf}" if place == 2 else f"convs.{2 * doubling + place}.{leaf}"


def hypernetwork_name(ours: str) -> str:
    """The authors' name for a tensor of `HyperNetwork`."""
    part, _, rest = ours.partition(".")
    if part == "trunk":
        return rest
    if part == "shared":
        return f"shared_weight_hypernet.{rest}"
    layer, _, leaf = rest.partition(".")
    if leaf.startswith("output."):
        # Where maps are averaged first, that is the first entry of the published sequence.
        averaged = leaf in ("output.weight", "output.bias") and layer_shapes(SIZES[-1])[int(layer)].kernel == 3
        leaf = leaf.replace("output.", f"output.{int(averaged)}.")
    return f"refinement_blocks.{layer}.{leaf}"
