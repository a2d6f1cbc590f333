"""Checkpoint files in the authors' layouts, of any size and with generated values.

Written down name by name from the layouts and not through the reader's tables, so that the two check each other.
Large tensors repeat few numbers, which keeps the files small: torch saves a view's storage alone.
"""

import math
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

Content = dict[str, Any]
Shapes = dict[str, tuple[int, ...]]
SHARED_LAYERS = (0, 2, 3, 5, 6, 8, 9, 11, 12)
LARGE = 40_000
"""How many different numbers a tensor of several axes has at most."""


def content_of_hyperstyle(size: int, layers: str, encoder_type: str, dataset_type: str = "ffhq_hypernet") -> Content:
    """What a HyperStyle file holds; `layers` is the comma list of its options."""
    count = 3 * int(math.log2(size)) - 4
    tuned = [int(layer) for layer in layers.split(",")] if layers else list(range(count))
    tensors = values(shapes_of_hypernetwork(tuned, encoder_type), "hypernet.")
    for layer in tuned:
        if layer in SHARED_LAYERS:
            for leaf in ("w1", "b1", "w2", "b2"):
                name = f"hypernet.refinement_blocks.{layer}.hypernet.{leaf}"
                tensors[name] = tensors[f"hypernet.shared_weight_hypernet.{leaf}"]
    return {
        "state_dict": tensors | values(shapes_of_generator(size), "decoder."),
        "latent_avg": value("latent_avg", (style_count(size), 512)),
        "opts": {
            "output_size": size,
            "layers_to_tune": layers,
            "input_nc": 6,
            "encoder_type": encoder_type,
            "dataset_type": dataset_type,
        },
        "global_step": 0,
        "best_val_loss": 0.0,
    }


def content_of_w_encoder(size: int) -> Content:
    """What a W-encoder's file holds, with the generator of the HyperStyle file of that size."""
    shapes = shapes_of_irse50(3) | {"linear.weight": (512, 512), "linear.bias": (512,)}
    tensors = values(shapes, "encoder.") | values(shapes_of_generator(size), "decoder.")
    return {"state_dict": tensors, "latent_avg": torch.ones(style_count(size), 512)}


def content_of_restyle(size: int, encoder_type: str, dataset_type: str = "ffhq_encode") -> Content:
    """What a ReStyle-e4e file holds."""
    shapes = shapes_of_irse50(6) if encoder_type == "ProgressiveBackboneEncoder" else shapes_of_resnet34(6)
    for style in range(style_count(size)):
        for place in (0, 2, 4, 6):
            shapes |= convolution(f"styles.{style}.convs.{place}", 512, 512, 3)
        shapes |= {f"styles.{style}.linear.weight": (512, 512), f"styles.{style}.linear.bias": (512,)}
    return {
        "state_dict": values(shapes, "encoder.") | values(shapes_of_generator(size), "decoder."),
        "latent_avg": value("latent_avg", (style_count(size), 512)),
        "opts": {"output_size": size, "input_nc": 6, "encoder_type": encoder_type, "dataset_type": dataset_type},
    }


def content_of_generator(size: int) -> Content:
    """What a file of a generator alone holds, of the same generator as the others."""
    tensors = values(shapes_of_generator(size), "decoder.")
    generator = {name.removeprefix("decoder."): tensor for name, tensor in tensors.items()}
    return {"g_ema": generator, "latent_avg": torch.zeros(512)}


def content_of_hyperinverter(
    size: int, hidden: int, encoder_type: str, dataset_type: str, target: str = "conv_without_bias"
) -> Content:
    """What a HyperInverter file holds."""
    shapes = shapes_of_irse50(3) if encoder_type == "LayerWiseEncoder" else shapes_of_resnet34(3)
    for style in range(style_count(size)):
        for place in range(1 + (style > 2) + (style > 6)):
            shapes |= convolution(f"styles.{style}.convs.{2 * place}", 512, 512, 3)
    shapes |= convolution("latlayer1", 256, 512, 1) | convolution("latlayer2", 128, 512, 1)
    heads: Shapes = {}
    for name, (outputs, inputs, kernel, _) in kernels_of_nvidia(size, 32768, 512).items():
        if "torgb" not in name or target == "conv_without_bias":
            head = f"weight_regressors.{name.replace('.', '_')}_weight"
            heads |= {f"{head}.w1": (hidden, inputs * hidden), f"{head}.b1": (inputs * hidden,)}
            heads |= {f"{head}.w2": (hidden, outputs * kernel**2), f"{head}.b2": (outputs * kernel**2,)}
            heads |= convolution(f"{head}.fusion.0", 1024, 512, 1)
            for place, (before, after) in enumerate(((512, 64), (64, 64), (64, 64), (64, hidden))):
                heads |= convolution(f"{head}.feature_extractor.{2 * place}", before, after, 4 if place else 3)
    return {
        "state_dict": values(shapes, "w_bar_encoder.") | values(heads, "hypernet."),
        "opts": {
            "output_size": size,
            "hidden_dim": hidden,
            "encoder_type": encoder_type,
            "dataset_type": dataset_type,
            "target_shape_name": target,
            "n_styles": style_count(size),
        },
    }


def content_of_hyperinverters_w_encoder(dataset_type: str) -> Content:
    """What its W-encoder's file holds."""
    shapes = shapes_of_irse50(3) if dataset_type == "ffhq_encode" else shapes_of_resnet34(3)
    shapes |= {"linear.weight": (512, 512), "linear.bias": (512,)}
    return {"state_dict": values(shapes, "encoder."), "opts": {}}


def content_of_nvidia(size: int, base: int = 32768, most: int = 512, mapping: int = 8, clamp: float = 256) -> Content:
    """What a file holds that has a generator of NVIDIA's outside of a pickle."""
    return {
        "G_ema": values(shapes_of_nvidia(size, base, most, mapping), ""),
        "init_kwargs": {
            "img_resolution": size,
            "channel_base": base,
            "channel_max": most,
            "conv_clamp": clamp,
            "mapping_layers": mapping,
        },
    }


def saved(folder: Path, **contents: Content) -> list[Path]:
    """The files `NAME.pt` in `folder` with these contents."""
    paths = []
    for name, content in contents.items():
        paths.append(folder / f"{name}.pt")
        torch.save(content, paths[-1])
    return paths


def style_count(size: int) -> int:
    return 2 * int(math.log2(size)) - 2


def channels(size: int) -> int:
    return {128: 256, 256: 128, 512: 64, 1024: 32}.get(size, 512)


def convolution(name: str, inputs: int, outputs: int, kernel: int, *, bias: bool = True) -> Shapes:
    shapes: Shapes = {f"{name}.weight": (outputs, inputs, kernel, kernel)}
    return shapes | ({f"{name}.bias": (outputs,)} if bias else {})


def normalisation(name: str, width: int) -> Shapes:
    vectors: Shapes = {f"{name}.{leaf}": (width,) for leaf in ("weight", "bias", "running_mean", "running_var")}
    return vectors | {f"{name}.num_batches_tracked": ()}


def shapes_of_generator(size: int) -> Shapes:
    shapes: Shapes = {"input.input": (1, 512, 4, 4), "noises.noise_0": (1, 1, 4, 4)}
    for depth in range(1, 9):
        shapes |= {f"style.{depth}.weight": (512, 512), f"style.{depth}.bias": (512,)}

    def modulated(name: str, inputs: int, outputs: int, kernel: int) -> None:
        shapes[f"{name}.conv.weight"] = (1, outputs, inputs, kernel, kernel)
        shapes[f"{name}.conv.modulation.weight"] = (inputs, 512)
        shapes[f"{name}.conv.modulation.bias"] = (inputs,)
        if kernel == 3:
            shapes[f"{name}.noise.weight"] = (1,)
            shapes[f"{name}.activate.bias"] = (outputs,)
        else:
            shapes[f"{name}.bias"] = (1, 3, 1, 1)

    modulated("conv1", 512, 512, 3)
    modulated("to_rgb1", 512, 3, 1)
    for level in range(1, int(math.log2(size)) - 1):
        side = 4 * 2**level
        modulated(f"convs.{2 * level - 2}", channels(side // 2), channels(side), 3)
        modulated(f"convs.{2 * level - 1}", channels(side), channels(side), 3)
        modulated(f"to_rgbs.{level - 1}", channels(side), 3, 1)
        shapes[f"convs.{2 * level - 2}.conv.blur.kernel"] = (4, 4)
        shapes[f"to_rgbs.{level - 1}.upsample.kernel"] = (4, 4)
        shapes |= {f"noises.noise_{2 * level + i}": (1, 1, side, side) for i in (-1, 0)}
    return shapes


def kernels_of_nvidia(size: int, base: int, most: int) -> Shapes:
    """The layers of a generator, as `b8.conv0`, with their kernels."""
    kernels: Shapes = {}
    side, before = 4, 0
    while side <= size:
        here = min(most, base // side)
        if before:
            kernels[f"b{side}.conv0"] = (here, before, 3, 3)
        kernels |= {f"b{side}.conv1": (here, here, 3, 3), f"b{side}.torgb": (3, here, 1, 1)}
        side, before = side * 2, here
    return kernels


def shapes_of_nvidia(size: int, base: int, most: int, mapping: int) -> Shapes:
    shapes: Shapes = {"synthesis.b4.const": (min(most, base // 4), 4, 4), "mapping.w_avg": (512,)}
    for layer, (outputs, inputs, kernel, _) in kernels_of_nvidia(size, base, most).items():
        name, side = f"synthesis.{layer}", int(layer.split(".")[0][1:])
        shapes[f"synthesis.b{side}.resample_filter"] = (4, 4)
        shapes |= {f"{name}.weight": (outputs, inputs, kernel, kernel), f"{name}.bias": (outputs,)}
        shapes |= {f"{name}.affine.weight": (inputs, 512), f"{name}.affine.bias": (inputs,)}
        if kernel == 3:
            shapes |= {f"{name}.noise_strength": (), f"{name}.noise_const": (side, side)}
            shapes[f"{name}.resample_filter"] = (4, 4)
    for depth in range(mapping):
        shapes |= {f"mapping.fc{depth}.weight": (512, 512), f"mapping.fc{depth}.bias": (512,)}
    return shapes


def shapes_of_resnet34(inputs: int) -> Shapes:
    shapes = convolution("conv1", inputs, 64, 7, bias=False) | normalisation("bn1", 64) | {"relu.weight": (64,)}
    block, before = 0, 64
    for width, depth in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for _ in range(depth):
            name = f"body.{block}"
            shapes |= convolution(f"{name}.conv1", before, width, 3, bias=False) | normalisation(f"{name}.bn1", width)
            shapes |= convolution(f"{name}.conv2", width, width, 3, bias=False) | normalisation(f"{name}.bn2", width)
            if before != width:
                shapes |= convolution(f"{name}.downsample.0", before, width, 1, bias=False)
                shapes |= normalisation(f"{name}.downsample.1", width)
            block, before = block + 1, width
    return shapes


def shapes_of_irse50(inputs: int) -> Shapes:
    shapes = convolution("input_layer.0", inputs, 64, 3, bias=False) | normalisation("input_layer.1", 64)
    shapes |= {"input_layer.2.weight": (64,)}
    unit, before = 0, 64
    for width, depth in ((64, 3), (128, 4), (256, 14), (512, 3)):
        for _ in range(depth):
            name = f"body.{unit}"
            if before != width:
                shapes |= convolution(f"{name}.shortcut_layer.0", before, width, 1, bias=False)
                shapes |= normalisation(f"{name}.shortcut_layer.1", width)
            shapes |= normalisation(f"{name}.res_layer.0", before)
            shapes |= convolution(f"{name}.res_layer.1", before, width, 3, bias=False)
            shapes |= {f"{name}.res_layer.2.weight": (width,)}
            shapes |= convolution(f"{name}.res_layer.3", width, width, 3, bias=False)
            shapes |= normalisation(f"{name}.res_layer.4", width)
            shapes |= convolution(f"{name}.res_layer.5.fc1", width, width // 16, 1, bias=False)
            shapes |= convolution(f"{name}.res_layer.5.fc2", width // 16, width, 1, bias=False)
            unit, before = unit + 1, width
    return shapes


def shapes_of_hypernetwork(tuned: Sequence[int], encoder_type: str) -> Shapes:
    shapes = shapes_of_resnet34(6)
    shared: Shapes = {"w1": (512, 4608), "b1": (4608,), "w2": (512, 262144), "b2": (262144,)}
    shapes |= {f"shared_weight_hypernet.{leaf}": shape for leaf, shape in shared.items()}
    for layer in tuned:
        name = f"refinement_blocks.{layer}"
        side = 4 * 2 ** ((layer + 1) // 3)
        to_rgb = layer % 3 == 1
        inputs = channels(side // 2) if layer % 3 == 2 else channels(side)
        outputs = 3 if to_rgb else channels(side)
        separable = encoder_type.endswith("Separable") and not to_rgb
        if layer in SHARED_LAYERS:
            shapes |= convolutions(name, [128] * 4 + [512])
            shapes |= {f"{name}.linear.weight": (512, 512), f"{name}.linear.bias": (512,)}
        elif separable:
            shapes |= convolutions(name, [256] * 3 + [512])
            for leaf, width in (("make_kernel_in", 9 * inputs), ("make_kernel_out", 9 * outputs)):
                shapes |= {f"{name}.output.0.{leaf}.weight": (width, 512), f"{name}.output.0.{leaf}.bias": (width,)}
            for leaf, width in (("kernel_linear_in", inputs), ("kernel_linear_out", outputs)):
                shapes |= {f"{name}.output.0.{leaf}.weight": (width, width), f"{name}.output.0.{leaf}.bias": (width,)}
        else:
            shapes |= convolutions(name, [256] * 3 + [512] if to_rgb else [256] * 2 + [512])
            shapes |= convolution(f"{name}.output.{0 if to_rgb else 1}", 512, inputs * outputs, 1)
    return shapes


def convolutions(name: str, widths: Iterable[int]) -> Shapes:
    shapes: Shapes = {}
    before = 512
    for place, width in enumerate(widths):
        shapes |= convolution(f"{name}.convs.{2 * place}", before, width, 3)
        before = width
    return shapes


def values(shapes: Shapes, prefix: str) -> dict[str, Tensor]:
    return {prefix + name: value(prefix + name, shape) for name, shape in shapes.items()}


def value(name: str, shape: tuple[int, ...]) -> Tensor:
    """Numbers that follow from name and shape alone; large tensors are the same along their last axes."""
    if name.endswith((".kernel", ".resample_filter")):
        line = torch.tensor([1.0, 3.0, 3.0, 1.0])
        return torch.outer(line, line) / (16 if name.endswith(".kernel") else 64)
    if name.endswith("num_batches_tracked"):
        return torch.zeros((), dtype=torch.int64)
    rank = len(shape)
    kept = next((axes for axes in range(rank, 0, -1) if math.prod(shape[:axes]) <= LARGE), 1)
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    numbers = torch.randn((*shape[:kept], *[1] * (rank - kept)), generator=generator)
    if rank < 2:
        numbers = 0.1 * numbers.abs() + name.endswith(("running_var", "modulation.bias", "affine.bias", "weight"))
    elif not name.startswith(("decoder.", "synthesis.", "mapping.")) and not name.endswith(
        ".linear.weight"
    ):  # the networks scale these themselves
        fan_in = math.prod(shape[1:])
        numbers = numbers / (math.sqrt(fan_in) if kept == rank else fan_in)
    return numbers.expand(shape)
