"""Trains a preview head: its small pictures are to match the generator's pictures, pooled to that size."""

import copy
import random
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.device import fast_dtype, low_precision
from hyperstyle.networks.feedback_model import chunks
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import SIZE, PreviewHead
from hyperstyle.training.core.generated_pictures import code_of, file_of, numbers_in, read_picture, save_grid
from hyperstyle.training.core.loop import TrainingRun, update

HELD_OUT = 40  # the first pictures of the folder are held out
BATCH = 4  # pictures of 256 pixels, more of smaller ones: the features of one take 8 MB of the CPU's cache


def train(
    folder: Path,
    checkpoint: Path,
    minutes: float,
    generator: MobileGenerator,
    mapping: MappingNetwork,
    device: torch.device,
    size: int = SIZE,
) -> None:
    """Train for `minutes` a head of side `size` on the pictures in `folder`."""
    numbers = numbers_in(folder)
    generator.compute_in(fast_dtype(device))
    generator.to(device)
    kernels = generator.kernels()
    head = PreviewHead(size).to(device)

    def examples(picked: list[int]) -> tuple[Tensor, Tensor, Tensor]:
        codes = torch.cat([code_of(number, mapping) for number in picked]).to(device)
        with torch.no_grad():
            styles = (generator.styles(codes[part]) for part in chunks(len(codes), device))
            features = torch.cat([generator.features(some, kernels, head.features) for some in styles])
        wanted = torch.stack([read_picture(file_of(folder, number), size) for number in picked])
        return features, codes, wanted.to(device)

    average = copy.deepcopy(head).requires_grad_(False)
    optimizer = torch.optim.AdamW(head.parameters(), lr=2e-3, weight_decay=1e-4)
    held = [examples([number]) for number in numbers[:HELD_OUT]]

    def report(step: int) -> None:
        with torch.inference_mode(), low_precision(device):
            made = [average(features, codes).float() for features, codes, _ in held]
        errors = [F.mse_loss(mine, wanted) for mine, (_, _, wanted) in zip(made, held, strict=True)]
        print(f"step {step}: held-out L2 {torch.stack(errors).mean():.5f}", flush=True)
        save_grid(checkpoint.with_suffix(".png"), [torch.cat((m, held[i][2]), 2) for i, m in enumerate(made[:8])])

    run = TrainingRun(checkpoint, {"head": head, "average": average, "optimizer": optimizer}, minutes, report)
    for step in run.steps(optimizer):
        chance = random.Random(step)  # noqa: S311 - shuffling, not secrets
        features, codes, wanted = examples(chance.sample(numbers[HELD_OUT:], BATCH * SIZE // size))
        fitting_loss(head, features, codes, wanted).backward()
        update(head, average, optimizer, step, memory=0.995)


def fitting_loss(head: PreviewHead, features: Tensor, codes: Tensor, wanted: Tensor) -> Tensor:
    """Return the loss L2 + 0.05 L1 between the head's pictures and the pooled pictures `wanted` [N, 3, S, S]."""
    with low_precision(features.device):
        made = head(features, codes)
    error = made.float() - wanted
    return error.square().mean() + 0.05 * error.abs().mean()
