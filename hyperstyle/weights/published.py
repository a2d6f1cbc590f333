"""Reading the authors' own checkpoint files, strictly.

Which kind a file is follows from what it holds, and which tensors it has to hold follows from its options: one that
is missing, one too many or one of another shape is an error that names it. Knowingly left aside are what only
training needs (`LEFTOVERS`), the fixed filters, and what a file repeats: the shared hypernetwork under each layer that
uses it, and the W-encoder file's copy of the generator. Repetitions are compared before they are dropped.
"""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.networks.full import HYPERNETWORKS, TRUNKS, Options
from hyperstyle.networks.hypernetwork import SHARING
from hyperstyle.networks.stylegan2 import Kind, blur_kernel, layer_shapes
from hyperstyle.weights.model_weights import ModelWeights

SIZES = (256, 512, 1024)
"""Of the pictures that published models make."""
LEFTOVERS = {
    *("state_dict", "g_ema", "opts", "latent_avg"),
    *("global_step", "best_val_loss", "optimizer", "discriminator_state_dict", "discriminator_optimizer_state_dict"),
    *("g", "d", "g_optim", "d_optim", "args", "ada_aug_p", "iter"),
}
"""Entries of a file that are read by name, and those that only going on with its training would need."""


@dataclass(frozen=True)
class Checkpoint:
    """A published file as read."""

    name: str
    kind: str
    """`hyperstyle`, `w_encoder`, `restyle` or `generator`."""
    tensors: dict[str, Tensor]
    """The state dict, by the authors' names."""
    content: Mapping[str, Any]
    """The whole file."""


def read(path: Path) -> Checkpoint:
    """Open a published file; its tensors stay on the disk until they are used."""
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
    tensors = content.get("g_ema", content.get("state_dict", {}))
    return Checkpoint(path.name, kind_of(path.name, content, tensors), dict(tensors), content)


def kind_of(name: str, content: Mapping[str, Any], tensors: Iterable[str]) -> str:
    """Which kind of file has these entries and tensors."""
    if "g_ema" in content:
        return "generator"
    for mark, kind in (("hypernet.", "hyperstyle"), ("encoder.styles.", "restyle"), ("encoder.linear.", "w_encoder")):
        if any(tensor.startswith(mark) for tensor in tensors):
            return kind
    raise StudioError(f"{name} is no checkpoint that this program knows: no hypernetwork, encoder or generator in it.")


def listed(names: Iterable[str]) -> str:
    """The first of `names` by the alphabet, and how many more there are."""
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first


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
    weights = ModelWeights("hyperstyle", options_of(file, HYPERNETWORKS, tuned=True))
    encoder = {name for name in weights.shapes if name.startswith("w_encoder.")}
    add_average(file, weights)
    copies = filters(weights.options.output_size, "decoder.") | shared_copies(file, weights.options)
    claim(file, weights, weights.shapes.keys() - encoder, copies)
    generator = {name: tensor for name, tensor in file.tensors.items() if name.startswith("decoder.")}
    claim(w_encoder, weights, encoder, generator)
    return weights


def restyle(file: Checkpoint) -> ModelWeights:
    """ReStyle-e4e from its one file."""
    weights = ModelWeights("restyle", options_of(file, TRUNKS, tuned=False))
    add_average(file, weights)
    claim(file, weights, weights.shapes, filters(weights.options.output_size, "decoder."))
    return weights


def generator(file: Checkpoint) -> ModelWeights:
    """A StyleGAN2 from a file that keeps it under `g_ema`."""
    size = 4 << len({name.split(".")[1] for name in file.tensors if name.startswith("to_rgbs.")})
    if size not in SIZES:
        raise StudioError(f"{file.name} makes pictures of {size} pixels; known are {', '.join(map(str, SIZES))}.")
    weights = ModelWeights("generator", Options(size))
    claim(file, weights, weights.shapes, filters(size, ""), generator_name)
    return weights


LAYOUTS: dict[tuple[str, ...], Callable[..., ModelWeights]] = {
    ("hyperstyle", "w_encoder"): hyperstyle,
    ("restyle",): restyle,
    ("generator",): generator,
}
"""The kinds of files that make up a model, in alphabetical order -> how."""


def options_of(file: Checkpoint, types: Iterable[str], *, tuned: bool) -> Options:
    """What `opts` says, where `types` are the known values of `encoder_type`; `tuned`: with a list of layers."""
    opts = file.content.get("opts")
    wanted = ["output_size", "encoder_type", "dataset_type", "input_nc"] + ["layers_to_tune"] * tuned
    missing = [name for name in wanted if not isinstance(opts, Mapping) or name not in opts]
    if missing or not isinstance(opts, Mapping):
        raise StudioError(f"{file.name} does not say its options: {listed(missing)} is missing from `opts`.")
    for name, known in (("output_size", SIZES), ("encoder_type", tuple(types)), ("input_nc", (6,))):
        if opts[name] not in known:
            choice = ", ".join(map(str, known))
            raise StudioError(f"{file.name} has {name} {opts[name]}, which this program does not know; it is {choice}.")
    size = int(opts["output_size"])
    layers = tuned_layers(file.name, str(opts["layers_to_tune"]), len(layer_shapes(size))) if tuned else ()
    return Options(size, str(opts["encoder_type"]), str(opts["dataset_type"]), layers)


def tuned_layers(name: str, text: str, count: int) -> tuple[int, ...]:
    """The layers of a comma list; none means all `count` of them."""
    try:
        layers = {int(part) for part in text.split(",")} if text.strip() else set(range(count))
    except ValueError as error:
        raise StudioError(f"{name} has layers_to_tune {text!r}, which is no list of numbers.") from error
    if not layers <= set(range(count)):
        raise StudioError(f"{name} tunes layers that its generator does not have: {text} of {count}.")
    return tuple(sorted(layers))


def add_average(file: Checkpoint, weights: ModelWeights) -> None:
    """Add the average code, which a file has for every style or once for all."""
    code = file.content.get("latent_avg")
    if not isinstance(code, Tensor):
        raise StudioError(f"{file.name} is incomplete: latent_avg is missing; fetch it again.")
    rows = code.reshape(-1, code.shape[-1])
    if len(rows) == 1:
        rows = rows.expand(len(weights.shapes["latent_avg"]), -1)
    weights.add("latent_avg", rows, f"latent_avg of {file.name}")


Copies = Mapping[str, Tensor | None]
"""Authors' name of a tensor to drop -> what it has to be equal to, if anything."""


def filters(size: int, prefix: str) -> dict[str, Tensor | None]:
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


def shared_copies(file: Checkpoint, options: Options) -> dict[str, Tensor | None]:
    """The shared hypernetwork under every layer that uses it, and itself where none does."""
    sharing = SHARING.intersection(options.layers)
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
    """The authors' name for a tensor of `FullModel` or `ReStyleModel`."""
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


def claim(
    file: Checkpoint,
    weights: ModelWeights,
    ours: Iterable[str],
    copies: Copies,
    name: Callable[[str], str] = published_name,
) -> None:
    """Add those tensors of `file` that are `ours`, after a check that it holds these, `copies` and no others."""
    wanted = {name(our): our for our in ours if our != "latent_avg"}
    missing = (wanted.keys() | copies.keys()) - file.tensors.keys()
    if missing:
        raise StudioError(f"{file.name} is incomplete: {listed(missing)} is missing; fetch it again.")
    unknown = file.tensors.keys() - (wanted.keys() | copies.keys())
    if unknown:
        raise StudioError(f"{file.name} holds {listed(unknown)}, which its options do not account for.")
    for published, original in copies.items():
        tensor = file.tensors[published]
        tied = original is not None and tensor.data_ptr() == original.data_ptr()
        if original is not None and not tied and not torch.equal(tensor, original):
            raise StudioError(
                f"{published} of {file.name} differs from what it has to repeat; take files that belong together."
            )
    for published, our in wanted.items():
        weights.add(our, file.tensors[published], f"{published} of {file.name}")
