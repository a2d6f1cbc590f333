"""Trains the encoder to W: on generated pictures by their known codes, on photos by the pictures of its codes."""

import copy
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.device import fast_dtype, low_precision
from hyperstyle.metrics.arcface import ArcFaceNetwork
from hyperstyle.networks.feedback_model import chunks
from hyperstyle.networks.lpips import SQUARED, Lpips, training_distance
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead, preview
from hyperstyle.networks.small_encoder import SIDE, SmallEncoder
from hyperstyle.training.core.augmentation import photometric_jitter, random_flip
from hyperstyle.training.core.generated_pictures import SIZE, code_of, file_of, numbers_in, read_picture, save_grid
from hyperstyle.training.core.loop import Stateful, TrainingRun, update
from hyperstyle.training.core.portraits import read_portraits

CHECKPOINT = "w-encoder.pt"
HELD_OUT = 200  # the first pictures of the folder are held out
FITTED = 4000  # pictures to which the linear map from codes to pixels is fitted
BATCH = 32  # generated pictures in a step
PHOTOS = 16  # portraits and augmented portraits in a step, compared with small previews of their codes
CLOSE = 1  # photos among them that are compared at 256 pixels too, which takes twenty times as long
LIKENESS = 0.1  # weight of the identity loss beside L2 and LPIPS
SMALL = 64  # side of the small preview


@dataclass(frozen=True)
class KnownPictures:
    """Generated pictures and their codes."""

    folder: Path
    numbers: list[int]
    codes: Tensor
    """Standardized codes (w - mean) / spread, [N, 512]."""
    mean: Tensor
    """Mean code, [512]."""
    spread: Tensor
    """Standard deviation of each coordinate, [512]."""

    @classmethod
    def of(cls, folder: Path, mapping: MappingNetwork) -> "KnownPictures":
        """Return all pictures of a folder."""
        numbers = numbers_in(folder)
        codes = torch.cat([code_of(number, mapping) for number in numbers])
        mean, spread = codes.mean(0), codes.std(0)
        return cls(folder, numbers, (codes - mean) / spread, mean, spread)

    def pictures(self, indices: range | list[int], side: int) -> Tensor:
        """Read the pictures at `indices`, [N, 3, side, side] in [-1, 1]."""
        return torch.stack([read_picture(file_of(self.folder, self.numbers[i]), side) for i in indices])

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Return augmented pictures [BATCH, 3, 128, 128] and their standardized codes [BATCH, 512]."""
        picked = random.Random(step).sample(range(HELD_OUT, len(self.numbers)), BATCH)  # noqa: S311 - shuffling
        return photometric_jitter(self.pictures(picked, SIDE)), self.codes[picked]


def fit_pixels(codes: Tensor, pictures: Tensor) -> Tensor:
    """Fit the linear map [512, pixels] from standardized codes [N, 512] to pictures [N, 3, 32, 32] by ridge regression.

    It is a cheap measure of how visible an error of a code is: error @ map is the change of the picture, in standard
    deviations of a pixel.
    """
    pixels = (pictures - pictures.mean(0)).flatten(1)
    gram = codes.T @ codes + len(codes) * 0.05 * torch.eye(codes.shape[1])
    return torch.linalg.solve(gram, codes.T @ pixels) / pixels.std()


def code_loss(predicted: Tensor, codes: Tensor, pixel_map: Tensor) -> Tensor:
    """Return mean(error^2) + mean((error @ pixel_map)^2) of standardized codes [N, 512].

    `pixel_map` [512, pixels] is that of `fit_pixels`.
    """
    error = predicted - codes
    return error.square().mean() + (error @ pixel_map).square().mean()


@dataclass(frozen=True)
class Photos:
    """Photos, whose codes are unknown."""

    portraits: Tensor
    """[N, 3, 256, 256] in [-1, 1]."""
    relatives: Path
    """Folder of the augmented portraits."""
    numbers: list[int]
    """Numbers of the pictures in that folder, which may be empty."""

    def batch(self) -> Tensor:
        """Return photos [PHOTOS, 3, 256, 256] in [-1, 1]: a quarter portraits, the rest augmented portraits if any."""
        count = PHOTOS // 4 if self.numbers else PHOTOS
        real = list(self.portraits[torch.randint(len(self.portraits), (count,))])
        picked = random.choices(self.numbers, k=PHOTOS - count) if self.numbers else []  # noqa: S311 - no secrets
        made = [read_picture(file_of(self.relatives, number), SIZE) for number in picked]
        return photometric_jitter(random_flip(torch.stack(real + made)))


class EncoderLoss(nn.Module):
    """Loss of codes on photos: the distance between the pictures that the codes give and the photos."""

    def __init__(
        self, generator: MobileGenerator, head: PreviewHead, small: PreviewHead, lpips: Lpips, likeness: ArcFaceNetwork
    ) -> None:
        super().__init__()
        self.generator = generator
        self.head, self.small = head, small
        self.lpips, self.likeness = lpips, likeness

    def to_device(self, device: torch.device) -> None:
        """Move all networks to a device, in its fast precision."""
        self.to(device)
        self.generator.compute_in(fast_dtype(device))
        self.head.to(fast_dtype(device))
        self.small.to(fast_dtype(device))

    def render(self, codes: Tensor, head: PreviewHead) -> Tensor:
        """Render the previews [N, 3, S, S] of codes [N, 512]."""
        kernels = self.generator.kernels()
        parts = chunks(len(codes), codes.device)
        return torch.cat([preview(self.generator, head, codes[part], kernels) for part in parts])

    def loss(self, codes: Tensor, photos: Tensor) -> Tensor:
        """Return L2 of the small previews plus LPIPS, L2 and identity loss of the first `CLOSE` large ones.

        `codes` are [N, 512], `photos` [N, 3, 256, 256] in [-1, 1].
        """
        small = F.mse_loss(self.render(codes, self.small), F.adaptive_avg_pool2d(photos, SMALL))
        made, wanted = self.render(codes[:CLOSE], self.head), photos[:CLOSE]
        close = training_distance(made, wanted, self.lpips) + LIKENESS * self.likeness.distance(made, wanted)
        return SQUARED * small + close.mean()


def train(work: Path, minutes: float, mapping: MappingNetwork, encoder_loss: EncoderLoss, device: torch.device) -> None:
    """Train for `minutes` on the generated pictures, portraits and augmented portraits in `work`."""
    encoder_loss.to_device(device)
    known = KnownPictures.of(work / "pictures", mapping)
    fitted = range(HELD_OUT, HELD_OUT + FITTED)
    pixel_map = fit_pixels(known.codes[fitted], known.pictures(fitted, 32)).to(device)
    portraits, held_photos = read_portraits(work / "portraits")
    photos = Photos(portraits, work / "relatives", numbers_in(work / "relatives"))
    held, held_codes = known.pictures(range(HELD_OUT), SIDE).to(device), known.codes[:HELD_OUT].to(device)
    held_photos = held_photos.to(device)

    encoder = SmallEncoder()
    encoder.mean.copy_(known.mean)
    encoder.spread.copy_(known.spread)
    encoder.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(encoder).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=1e-2)

    def report(step: int) -> None:
        with torch.inference_mode():
            predicted = torch.cat([average.normalized(part) for part in held.split(BATCH)])
            made = encoder_loss.render(average(held_photos), encoder_loss.head)
            on_photos = f"{F.mse_loss(made, held_photos):.4f}/{encoder_loss.lpips(made, held_photos).mean():.3f}"
        error = (predicted - held_codes).square().mean()
        print(f"step {step}: held out, error on W {error:.4f}, L2/LPIPS on photos {on_photos}", flush=True)
        save_grid(work / "w-encoder.png", [torch.cat(pair, 1)[None] for pair in zip(held_photos, made, strict=True)])

    parts: dict[str, Stateful] = {"encoder": encoder, "average": average, "optimizer": optimizer}
    for step in TrainingRun(work / CHECKPOINT, parts, minutes, report).steps(optimizer):
        pictures, codes = (part.to(device) for part in known.batch(step))
        some = photos.batch().to(device)
        training_loss(encoder, encoder_loss, pixel_map, (pictures, codes), some).backward()
        update(encoder, average, optimizer, step)


def training_loss(
    encoder: SmallEncoder, encoder_loss: EncoderLoss, pixel_map: Tensor, known: tuple[Tensor, Tensor], photos: Tensor
) -> Tensor:
    """Return the loss of one step.

    `known` are pictures [B, 3, 128, 128] with their standardized codes [B, 512]; `photos` are [P, 3, 256, 256].
    """
    pictures, codes = known
    with low_precision(photos.device):
        predicted = encoder.normalized(torch.cat((pictures, F.adaptive_avg_pool2d(photos, SIDE)))).float()
    found = encoder.mean + encoder.spread * predicted[len(pictures) :]
    return code_loss(predicted[: len(pictures)], codes, pixel_map) + encoder_loss.loss(found, photos)
