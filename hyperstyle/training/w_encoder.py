"""Trains the embedded encoder: on pictures whose codes are known, and on photos by the pictures their codes make."""

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.networks.lpips import Lpips, difference
from hyperstyle.networks.mobile import Mapping, MobileGenerator
from hyperstyle.networks.preview import Preview, preview
from hyperstyle.networks.small import SIDE, SmallEncoder
from hyperstyle.training.augmentation import mirrored, photographed
from hyperstyle.training.loop import Stateful, Stretch, update
from hyperstyle.training.pictures import code_of, file_of, numbers_in, read_picture, save_grid
from hyperstyle.training.portraits import read_portraits

HELD_OUT = 200  # the first pictures of the folder are never trained on
FITTED = 4000  # pictures from which the linear look of a code is fitted
BATCH = 32  # pictures in a step
PHOTOS = 4  # photos in a step: one takes as long as eight pictures, for the generator is in the way


@dataclass(frozen=True)
class Known:
    """Pictures whose codes are known."""

    folder: Path
    numbers: list[int]
    codes: Tensor
    """[N, 512], in units of their spread around their mean."""
    mean: Tensor
    spread: Tensor

    @classmethod
    def of(cls, folder: Path, mapping: Mapping) -> "Known":
        """All pictures of a folder."""
        numbers = numbers_in(folder)
        codes = torch.cat([code_of(number, mapping) for number in numbers])
        mean, spread = codes.mean(0), codes.std(0)
        return cls(folder, numbers, (codes - mean) / spread, mean, spread)

    def pictures(self, indices: range | list[int], side: int) -> Tensor:
        """Some of the pictures, [N, 3, side, side] in [-1, 1]."""
        return torch.stack([read_picture(file_of(self.folder, self.numbers[i]), side) for i in indices])

    def batches(self, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Endless random batches of pictures [B, 3, 128, 128] as a camera would have them, and their codes [B, 512]."""
        chance = random.Random(seed)  # noqa: S311 - shuffling, not secrets
        while True:
            picked = chance.sample(range(HELD_OUT, len(self.numbers)), BATCH)
            yield photographed(self.pictures(picked, SIDE)), self.codes[picked]


def look_of_codes(codes: Tensor, pictures: Tensor) -> Tensor:
    """How a code shows, to first order: the matrix [512, pixels] that best maps codes to small pictures.

    An error in W counts by what it changes in the picture; this is the cheapest measure of that.
    `codes` [N, 512] are in units of their spread, `pictures` [N, 3, 32, 32].
    """
    pixels = (pictures - pictures.mean(0)).flatten(1)
    gram = codes.T @ codes + len(codes) * 0.05 * torch.eye(codes.shape[1])
    return torch.linalg.solve(gram, codes.T @ pixels) / pixels.std()


def code_loss(predicted: Tensor, codes: Tensor, look: Tensor) -> Tensor:
    """Squared error of codes [N, 512] in units of their spread, plus what of it shows in the picture."""
    error = predicted - codes
    return error.square().mean() + (error @ look).square().mean()


def train(
    work: Path, minutes: float, generator: MobileGenerator, mapping: Mapping, head: Preview, lpips: Lpips
) -> SmallEncoder:
    """One stretch of training on the pictures and portraits in `work`; the averaged encoder at its end."""
    known = Known.of(work / "pictures", mapping)
    fitted = range(HELD_OUT, HELD_OUT + FITTED)
    look = look_of_codes(known.codes[fitted], known.pictures(fitted, 32))
    photos, held_photos = read_portraits(work / "portraits")
    held = known.pictures(range(HELD_OUT), SIDE)

    # In bfloat16 the generator takes a quarter of the time.
    generator, head = generator.bfloat16(), head.bfloat16().requires_grad_(False)
    kernels = generator.kernels()

    def shown(codes: Tensor) -> Tensor:
        """Pictures of codes, one after the other: what one needs stays in the cache."""
        return torch.cat([preview(generator, head, code[None].bfloat16(), kernels) for code in codes]).float()

    encoder = SmallEncoder().to(memory_format=torch.channels_last)
    encoder.mean.copy_(known.mean)
    encoder.spread.copy_(known.spread)
    average = copy.deepcopy(encoder).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=1e-2)

    def report(step: int) -> None:
        with torch.inference_mode():
            predicted = torch.cat([average.normalized(part) for part in held.split(BATCH)])
            made = shown(average(held_photos))
        error = (predicted - known.codes[:HELD_OUT]).square().mean()
            on_photos = f"{F.mse_loss(made, held_photos):.4f}/{lpips(made, held_photos).mean():.3f}"
        print(f"step {step}: held out, error on W {error:.4f}, L2/LPIPS on photos {on_photos}", flush=True)
        save_grid(work / "w-encoder.png", [torch.cat(pair, 1)[None] for pair in zip(held_photos, made, strict=True)])

    parts: dict[str, Stateful] = {"encoder": encoder, "average": average, "optimizer": optimizer}
    stretch = Stretch(work / "w-encoder.pt", parts, minutes, report)
    data = known.batches(seed=len(known.numbers))
    for step in stretch.steps(optimizer):
        pictures, codes = next(data)
        some = photographed(mirrored(photos[torch.randint(len(photos), (PHOTOS,))]))
        seen = torch.cat((pictures, F.adaptive_avg_pool2d(some, SIDE)))
        with torch.autocast("cpu", torch.bfloat16):
            predicted = encoder.normalized(seen).float()
        made = shown(encoder.mean + encoder.spread * predicted[BATCH:])
        loss = code_loss(predicted[:BATCH], codes, look) + difference(made, some, lpips).mean()
        loss.backward()
        update(encoder, average, optimizer, step)
    return average
