"""Trains the embedded encoder on pictures whose codes are known."""

import copy
import random
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.networks.mobile import Mapping
from hyperstyle.networks.small import SIDE, SmallEncoder
from hyperstyle.training.augmentation import photographed
from hyperstyle.training.loop import Stretch, follow
from hyperstyle.training.pictures import code_of, file_of, numbers_in, read_picture

HELD_OUT = 200  # the first pictures of the folder are never trained on
FITTED = 4000  # pictures from which the linear look of a code is fitted
BATCH = 32


def look_of_codes(codes: Tensor, pictures: Tensor) -> Tensor:
    """How a code shows, to first order: the matrix [512, pixels] that best maps codes to small pictures.

    An error in W counts by what it changes in the picture; this is the cheapest measure of that.
    `codes` [N, 512] are in units of their spread, `pictures` [N, 3, 32, 32].
    """
    pixels = (pictures - pictures.mean(0)).flatten(1)
    gram = codes.T @ codes + len(codes) * 0.05 * torch.eye(codes.shape[1])
    return torch.linalg.solve(gram, codes.T @ pixels) / pixels.std()


def loss_of(predicted: Tensor, codes: Tensor, look: Tensor) -> Tensor:
    """Squared error of codes [N, 512] in units of their spread, plus what of it shows in the picture."""
    error = predicted - codes
    return error.square().mean() + (error @ look).square().mean()


def batches(folder: Path, numbers: list[int], codes: Tensor, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless random batches of photos [B, 3, 128, 128] and codes [B, 512]."""
    chance = random.Random(seed)  # noqa: S311 - shuffling, not secrets
    while True:
        picked = chance.sample(range(HELD_OUT, len(numbers)), BATCH)
        photos = torch.stack([read_picture(file_of(folder, numbers[i]), SIDE) for i in picked])
        yield photographed(photos), codes[picked]


def train(folder: Path, checkpoint: Path, minutes: float, mapping: Mapping) -> SmallEncoder:
    """One stretch of training on the pictures in `folder`; the averaged encoder at its end."""
    numbers = numbers_in(folder)
    raw = torch.cat([code_of(number, mapping) for number in numbers])
    encoder = SmallEncoder()
    encoder.mean.copy_(raw.mean(0))
    encoder.spread.copy_(raw.std(0))
    codes = (raw - encoder.mean) / encoder.spread
    small = torch.stack([read_picture(file_of(folder, n), 32) for n in numbers[HELD_OUT : HELD_OUT + FITTED]])
    look = look_of_codes(codes[HELD_OUT : HELD_OUT + FITTED], small)

    average = copy.deepcopy(encoder).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=1e-2)
    held = torch.stack([read_picture(file_of(folder, n), SIDE) for n in numbers[:HELD_OUT]])

    def report(step: int) -> None:
        with torch.inference_mode():
            predicted = torch.cat([average.normalized(part) for part in held.split(BATCH)])
        error = (predicted - codes[:HELD_OUT]).square().mean()
        shown = ((predicted - codes[:HELD_OUT]) @ look).square().mean()
        print(f"step {step}: held-out error on W {error:.4f}, shown {shown:.4f}", flush=True)

    stretch = Stretch(checkpoint, {"encoder": encoder, "average": average, "optimizer": optimizer}, minutes, report)
    data = batches(folder, numbers, codes, seed=len(numbers))
    for step in stretch.steps(optimizer):
        photos, wanted = next(data)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            predicted = encoder.normalized(photos.contiguous(memory_format=torch.channels_last))
        loss = loss_of(predicted.float(), wanted, look)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        follow(average, encoder, min(0.999, step / (step + 10)))
    return average
