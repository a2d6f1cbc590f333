"""Reads the authors' own checkpoint files, strictly.

The kind of a file follows from its contents, and the tensors that it must have follow from its options: a tensor that
is missing, unknown or of another shape is an error that names it. Dropped are entries that only training needs
(`KNOWN_ENTRIES` lists them), constant filters, and copies: the shared hypernetwork under each layer that uses it, and
the generator in the W-encoder's file. Copies are compared with the original first.
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
    add_average_code,
    build_options,
    checked_size,
    first_and_count,
    load_exact,
    require_opts,
)
from hyperstyle.weights.model_weights import ModelWeights

KNOWN_ENTRIES = {
    *("state_dict", "g_ema", "opts", "latent_avg"),
    *("global_step", "best_val_loss", "optimizer", "discriminator_state_dict", "discriminator_optimizer_state_dict"),
    *("g", "d", "g_optim", "d_optim", "args", "ada_aug_p", "iter"),
    *("G_ema", "init_kwargs", "encoder_optimizer", "discriminator_optimizer", "loss_dict"),
}
"""Entries that a file may have: those that are read, and those that only training needs."""


def read(path: Path) -> Checkpoint:
    """Return a published file's contents; its tensors are memory-mapped, except those of a pickle."""
    if path.suffix == ".pkl":
        tensors, arguments = nvidia.read(path)
        return Checkpoint(path.name, "nvidia", tensors, {"init_kwargs": arguments})
    try:
        # Files of torch before 1.6 are no zip archives and cannot be memory-mapped.
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except UnpicklingError as error:
        raise StudioError(
            f"{path.name} was not read because it holds more than tensors and plain values, or is damaged; "
            "fetch it again from its authors."
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        raise StudioError(f"{path} cannot be read as a PyTorch checkpoint; check that it is complete.") from error
    if not isinstance(content, Mapping):
        raise StudioError(f"{path.name} is not a checkpoint that this program knows: it holds no named entries.")
    unknown = [str(entry) for entry in content if entry not in KNOWN_ENTRIES]
    if unknown:
        raise StudioError(
            f"{path.name} is not a checkpoint that this program knows: it holds {first_and_count(unknown)}."
        )
    tensors = next((content[name] for name in ("g_ema", "G_ema", "state_dict") if name in content), {})
    return Checkpoint(path.name, kind_of(path.name, content, tensors), dict(tensors), content)


KIND_BY_PREFIX = {
    "w_bar_encoder.": "hyperinverter",
    "hypernet.": "hyperstyle",
    "encoder.styles.": "restyle",
    "encoder.linear.": "w_encoder",
}
"""Prefix of a tensor's name -> kind of the file; the first prefix found decides."""


def kind_of(name: str, content: Mapping[str, Any], tensors: Iterable[str]) -> str:
    """Return the kind of the file `name` that has these entries and tensors."""
    if "g_ema" in content:
        return "generator"
    if "G_ema" in content:
        return "nvidia"
    for prefix, kind in KIND_BY_PREFIX.items():
        if any(tensor.startswith(prefix) for tensor in tensors):
            return kind
    raise StudioError(
        f"{name} is not a checkpoint that this program knows: no hypernetwork, encoder or generator in it."
    )


def combine(paths: Sequence[Path]) -> ModelWeights:
    """Return the weights of the model that the published files at `paths` make up together."""
    files = sorted((read(path) for path in paths), key=lambda file: file.kind)
    layout = LAYOUTS.get(tuple(file.kind for file in files))
    if layout is None:
        found = ", ".join(f"{file.name} ({file.kind})" for file in files) or "nothing"
        known = "; ".join(" with ".join(kinds) for kinds in LAYOUTS)
        raise StudioError(f"These files do not make up one model: {found}; a model is {known}.")
    return layout(*files)


def hyperstyle(file: Checkpoint, w_encoder: Checkpoint) -> ModelWeights:
    """Return HyperStyle's weights from its own file, which has the average code, and its W-encoder's."""
    opts = require_opts(file, layers_to_tune=None, encoder_type=HYPERNETWORKS, input_nc=(6,))
    layers = tuned_layers(file.name, str(opts["layers_to_tune"]), len(layer_shapes(opts["output_size"])))
    weights = ModelWeights("hyperstyle", build_options(opts, layers=layers))
    encoder = {name for name in weights.shapes if name.startswith("w_encoder.")}
    add_average_code(file, weights, "latent_avg", file.content)
    copies = {**blur_filters(weights.options.output_size, "decoder."), **shared_copies(file, weights.options)}
    load_exact(file, weights, weights.shapes.keys() - encoder, copies, published_name)
    generator = {name: tensor for name, tensor in file.tensors.items() if name.startswith("decoder.")}
    load_exact(w_encoder, weights, encoder, generator, published_name)
    return weights


def restyle(file: Checkpoint) -> ModelWeights:
    """Return ReStyle-e4e's weights from its one file."""
    weights = ModelWeights("restyle", build_options(require_opts(file, encoder_type=RESTYLE_BACKBONES, input_nc=(6,))))
    add_average_code(file, weights, "latent_avg", file.content)
    load_exact(file, weights, weights.shapes, blur_filters(weights.options.output_size, "decoder."), published_name)
    return weights


def generator(file: Checkpoint) -> ModelWeights:
    """Return a StyleGAN2's weights from a file that has them under `g_ema`."""
    upsamplings = {name.split(".")[1] for name in file.tensors if name.startswith("to_rgbs.")}
    size = checked_size(file.name, 4 << len(upsamplings))
    weights = ModelWeights("generator", Options(size))
    load_exact(file, weights, weights.shapes, blur_filters(size, ""), generator_name)
    return weights


LAYOUTS: dict[tuple[str, ...], Callable[..., ModelWeights]] = {
    ("hyperstyle", "w_encoder"): hyperstyle,
    ("restyle",): restyle,
    ("generator",): generator,
    ("nvidia",): nvidia.generator,
    ("hyperinverter", "nvidia", "w_encoder"): hyperinverter_layout.hyperinverter,
}
"""Kinds of the files that make up a model, in alphabetical order -> function of the files that combines them."""


def tuned_layers(name: str, text: str, count: int) -> tuple[int, ...]:
    """Return the layer indices in `text`, separated by commas; an empty text means all `count` layers."""
    try:
        layers = {int(part) for part in text.split(",")} if text.strip() else set(range(count))
    except ValueError as error:
        raise StudioError(f"{name} has layers_to_tune {text!r}, which is not a list of numbers.") from error
    if not layers <= set(range(count)):
        raise StudioError(f"{name} tunes layers that its generator does not have: {text} of {count}.")
    return tuple(sorted(layers))


def blur_filters(size: int, prefix: str) -> Copies:
    """Return the constant filters that a file has for every upsampling."""
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
    """Return the copies of the shared hypernetwork under every layer that uses it; if none does, itself."""
    layers = SHARED_LAYERS.intersection(options.layers)
    if not layers:
        return {name: None for name in file.tensors if name.startswith("hypernet.shared_weight_hypernet.")}
    return {
        f"hypernet.refinement_blocks.{layer}.hypernet.{leaf}": file.tensors.get(
            f"hypernet.shared_weight_hypernet.{leaf}"
        )
        for layer in layers
        for leaf in ("w1", "b1", "w2", "b2")
    }


def published_name(ours: str) -> str:
    """Return the authors' name for a tensor of `HyperStyleModel` or `ReStyleModel`."""
    part, _, rest = ours.partition(".")
    if part == "generator":
        return f"decoder.{generator_name(rest)}"
    if part in ("w_encoder", "encoder"):
        return f"encoder.{rest.removeprefix('trunk.')}"
    if part == "hypernetwork":
        return f"hypernet.{hypernetwork_name(rest)}"
    return ours


def generator_name(ours: str) -> str:
    """Return the authors' name for a tensor of `StyleGan2`."""
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
    block, position = divmod(index - 2, 3)  # every resolution above 4 has two convolutions and toRGB
    return f"to_rgbs.{block}.{leaf}" if position == 2 else f"convs.{2 * block + position}.{leaf}"


def hypernetwork_name(ours: str) -> str:
    """Return the authors' name for a tensor of `HyperNetwork`."""
    part, _, rest = ours.partition(".")
    if part == "trunk":
        return rest
    if part == "shared":
        return f"shared_weight_hypernet.{rest}"
    layer, _, leaf = rest.partition(".")
    if leaf.startswith("output."):
        # Heads that average the maps have the pooling as `output.0` and the linear layer as `output.1`.
        averaged = leaf in ("output.weight", "output.bias") and layer_shapes(SIZES[-1])[int(layer)].kernel == 3
        leaf = leaf.replace("output.", f"output.{int(averaged)}.")
    return f"refinement_blocks.{layer}.{leaf}"
