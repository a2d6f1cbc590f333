"""Trains a style: the embedded generator's fine kernels learn to render the pictures that a teacher makes."""

import copy
import random
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.device import fast_dtype
from hyperstyle.editing.styles import BundledStyle
from hyperstyle.inversion.layer_inputs import layer_inputs
from hyperstyle.inversion.polish import orthogonalize, whitening_basis
from hyperstyle.inversion.tuning import offsets_to
from hyperstyle.networks.generator import Kernels, Offsets
from hyperstyle.networks.lpips import Lpips, training_distance
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.training.core.generated_pictures import save_grid
from hyperstyle.training.core.loop import Stateful, TrainingRun, update
from hyperstyle.training.styles.patches import GRID, PatchPosition, render_patch
from hyperstyle.training.styles.style_faces import SIZE, TrainingFace
from hyperstyle.training.styles.teachers_table import TEACHERS

HELD_OUT = 2  # the first faces of each group are held out
MEASURED = 4  # faces whose features give the whitening bases
BATCH, LARGE_BATCH = 2, 32  # patches, on CPU and on CUDA
RATE, MOMENTUM = 0.003, 0.9  # a step changes the outputs of every layer by the share RATE of their size
FULL_SIZE_WEIGHT = 0.5  # of L2 at full size, which suppresses grain that the teacher's picture lacks


class KernelChanges(nn.Module):
    """Trainable changes of some layers' kernels, in coordinates that whiten the layers' inputs."""

    def __init__(self, kernels: Kernels, coordinates: Kernels) -> None:
        super().__init__()
        self.moves = nn.ParameterDict({str(layer): torch.zeros_like(kernels[layer]) for layer in coordinates})
        for layer, matrix in coordinates.items():
            self.register_buffer(f"coordinates_{layer}", matrix)

    def forward(self, kernels: Kernels) -> Kernels:
        """Return all kernels, those of the trained layers with their changes: kernel + move @ basis."""
        return dict(kernels) | {
            int(layer): kernels[int(layer)]
            + torch.einsum("oikl,ij->ojkl", move, self.get_buffer(f"coordinates_{layer}"))
            for layer, move in self.moves.items()
        }


class Muon(torch.optim.Optimizer):
    """The Muon optimizer (Jordan et al., 2024): momentum, with orthogonalized updates."""

    def __init__(self, parameters: Iterable[Tensor], dtype: torch.dtype, lr: float = RATE) -> None:
        super().__init__(parameters, {"lr": lr})
        self.dtype = dtype

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure
        """Update every parameter [out, in, kh, kw]."""
        for group in self.param_groups:
            for parameter in group["params"]:
                memory = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
                memory.mul_(MOMENTUM).add_(parameter.grad)
                parameter.sub_(group["lr"] * orthogonalize((parameter.grad + MOMENTUM * memory)[None], self.dtype)[0])


class StyleDataset:
    """Faces with their feature maps, from which patches are rendered, and the teacher's pictures as targets."""

    def __init__(self, generator: MobileGenerator, faces: Sequence[TrainingFace], style: BundledStyle) -> None:
        self.generator, self.faces, self.teacher = generator, faces, TEACHERS[style.name]
        self.device = next(generator.parameters()).device
        with torch.no_grad():
            self.styles = [generator.styles(face.codes.to(self.device)) for face in faces]
        self._features: dict[int, Tensor] = {}
        self._targets: dict[int, Tensor] = {}

    def picture(self, face: int) -> Tensor:
        """Return the picture [1, 3, SIZE, SIZE] of a face."""
        return self.faces[face].picture().to(self.device)

    def target(self, face: int) -> Tensor:
        """Return the teacher's picture [1, 3, SIZE, SIZE] of a face."""
        if face not in self._targets:
            self._targets[face] = self.teacher(self.picture(face)).half()
        return self._targets[face].float()

    def features(self, face: int) -> Tensor:
        """Return the feature maps [1, C, GRID, GRID] of a face, from which its patches are rendered."""
        if face not in self._features:
            with torch.no_grad():
                kernels = self.kernels(self.generator.kernels(), face)
                self._features[face] = self.generator.features(self.styles[face], kernels, GRID)
        return self._features[face]

    def kernels(self, styled: Kernels, face: int) -> Kernels:
        """Return the style's kernels with the face's own offsets applied as well."""
        own, offsets = self.generator.own_kernels(), self.faces[face].offsets
        moved = {layer: own[layer] * offset.to(self.device).float() for layer, offset in offsets.items()}
        return dict(styled) | {layer: styled[layer] + move for layer, move in moved.items()}

    def loss(self, styled: Kernels, face: int, lpips: Lpips) -> Tensor:
        """Return the distance between a random patch of a face and the teacher's."""
        position = PatchPosition.random()
        kernels = self.kernels(styled, face)
        made = render_patch(self.generator, self.features(face), self.styles[face], kernels, position)
        wanted = position.cut_inner(self.target(face))
        smooth = F.interpolate(wanted, made.shape[-2:], mode="bilinear")
        at_size = F.avg_pool2d(made, made.shape[-1] // wanted.shape[-1])
        return (training_distance(at_size, wanted, lpips) + FULL_SIZE_WEIGHT * (made - smooth).square().mean()).mean()

    @torch.inference_mode()
    def evaluate(self, styled: Kernels, faces: Sequence[int], lpips: Lpips) -> tuple[str, Tensor]:
        """Return LPIPS and L2 to the teacher at 256 pixels as text, and a grid: picture, ours, the teacher's."""
        rows, figures = [], []
        for face in faces:
            made = self.generator.synthesize(self.styles[face], self.kernels(styled, face))
            ours = F.avg_pool2d(made, made.shape[-1] // SIZE).clamp(-1, 1)
            shown = [self.picture(face), ours, self.target(face)]
            rows.append(torch.cat(shown, 3))
            before, mine, wanted = (F.avg_pool2d(picture, 2) for picture in shown)
            error = (mine - wanted).square().mean().view(1)
            figures.append(torch.stack([lpips(before, wanted), lpips(mine, wanted), error]))
        before, after, squared = torch.cat(figures, 1).mean(1).tolist()
        return f"held out, LPIPS to the teacher {before:.3f} -> {after:.3f}, L2 {squared:.4f}", torch.cat(rows, 2)

    @torch.no_grad()
    def whitening_bases(self, layers: Iterable[int], faces: Sequence[int]) -> Kernels:
        """Return the bases [in, in] that whiten the layers' inputs over some faces."""
        kernels = self.generator.kernels()
        some = [layer_inputs(self.generator, self.styles[face], self.kernels(kernels, face)) for face in faces]
        inputs = [torch.cat(layer, 2) for layer in zip(*some, strict=True)]
        return {layer: whitening_basis(kernels[layer][None], inputs[layer])[0] for layer in layers}


def train(
    folder: Path,
    minutes: float,
    style: BundledStyle,
    generator: MobileGenerator,
    groups: Sequence[Sequence[TrainingFace]],
    lpips: Lpips,
    device: torch.device,
) -> tuple[Offsets, int]:
    """Train a style for `minutes`, with equally many faces of each group; return its offsets and the steps in all."""
    batch = BATCH if device.type == "cpu" else LARGE_BATCH
    generator.compute_in(fast_dtype(device))
    generator.to(device).requires_grad_(False)
    lpips = lpips.to(device)
    dataset = StyleDataset(generator, [face for group in groups for face in group], style)
    ends = list(accumulate((len(group) for group in groups), initial=0))
    held = [face for start in ends[:-1] for face in range(start, start + HELD_OUT)]
    own = generator.kernels()
    moves = KernelChanges(own, dataset.whitening_bases(style.layers, range(HELD_OUT, HELD_OUT + MEASURED))).to(device)
    average = copy.deepcopy(moves).requires_grad_(False)
    optimizer = Muon(moves.parameters(), generator.compute_dtype)

    def report(step: int) -> None:
        figures, grid = dataset.evaluate(average(own), held, lpips)
        print(f"step {step}: {figures}", flush=True)
        save_grid(folder / f"{style.name}.png", [grid])

    parts: dict[str, Stateful] = {"moves": moves, "average": average, "optimizer": optimizer}
    for step in TrainingRun(folder / f"{style.name}.pt", parts, minutes, report, save_every=120).steps(optimizer):
        chance = random.Random(step)  # noqa: S311 - shuffling, not secrets
        for patch_number in range(batch):
            start, end = ends[patch_number % len(groups) :][:2]
            face = chance.randrange(start + HELD_OUT, end)
            (dataset.loss(moves(own), face, lpips) / batch).backward()
        update(moves, average, optimizer, step, memory=0.98)
    offsets = offsets_to(generator, average(own))
    return {layer: offsets[layer].cpu() for layer in style.layers}, step + 1
