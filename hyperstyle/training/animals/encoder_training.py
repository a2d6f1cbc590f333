"""Trains the encoder to the W of the animal generator: on new codes and their pictures, and on the photos' codes."""

import copy
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.device import low_precision
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.compact_model import CompactModel
from hyperstyle.networks.feedback import Feedback
from hyperstyle.networks.feedback_model import chunks
from hyperstyle.networks.mobile_stylegan import CODE
from hyperstyle.networks.small_encoder import NARROW, SIDE, SmallEncoder
from hyperstyle.training.animals.auto_decoder import AnimalTraining
from hyperstyle.training.core.augmentation import photometric_jitter
from hyperstyle.training.core.loop import Stateful, TrainingRun, update
from hyperstyle.training.faces import code_curvature
from hyperstyle.training.faces.w_encoder_training import code_loss, fit_pixels

CHECKPOINT = "w-encoder.pt"
BATCH = 32
PHOTOS = 8  # in a batch; the rest are generated
NEW = 2  # pictures that are generated in every step
KEPT = 8000  # generated pictures to draw batches from
CURVATURE_CODES = 64  # at which the curvature is measured
FIRST = 1024  # of them before the first step; the linear map from codes to pixels is fitted to these


class GeneratedPictures:
    """The last pictures of the generator and their codes, to which every step adds some."""

    def __init__(self, training: AnimalTraining) -> None:
        self._training = training
        self._transform = training.transform()
        self.pictures = torch.empty(0, 3, SIDE, SIDE, dtype=torch.uint8)
        self.codes = torch.empty(0, 512)

    @torch.no_grad()
    def add(self, count: int) -> None:
        """Generate pictures of new codes and forget the oldest beyond `KEPT`."""
        training = self._training
        codes = self._transform(training.mapping(torch.randn(count, 512)))
        parts = (codes[part] for part in chunks(count, training.device))
        made = torch.cat([training.render(training.average, part, CompactGenerator.size) for part in parts])
        stored = ((F.adaptive_avg_pool2d(made, SIDE).cpu().clamp(-1, 1) + 1) * 127.5).round().byte()
        self.pictures = torch.cat((self.pictures, stored))[-KEPT:]
        self.codes = torch.cat((self.codes, codes))[-KEPT:]

    def batch(self, count: int) -> tuple[Tensor, Tensor]:
        """Return random pictures [count, 3, 128, 128] in [-1, 1] and their codes [count, 512]."""
        picked = torch.randint(len(self.codes), (count,))
        return self.pictures[picked].float() / 127.5 - 1, self.codes[picked]


def batch_of(training: AnimalTraining, generated: GeneratedPictures) -> tuple[Tensor, Tensor]:
    """Return augmented pictures [BATCH, 3, 128, 128] and their codes [BATCH, 512]."""
    numbers = torch.randint(len(training.pictures), (PHOTOS,))
    photos, codes = training.pictures.batch(numbers, SIDE), training.codes.codes[numbers]
    pictures, others = generated.batch(BATCH - PHOTOS)
    return photometric_jitter(torch.cat((photos, pictures))), torch.cat((codes, others))


def train(work: Path, minutes: float, training: AnimalTraining) -> SmallEncoder:
    """Train for `minutes` and return the encoder's moving average."""
    generated = GeneratedPictures(training)
    generated.add(FIRST)
    encoder = SmallEncoder(NARROW)
    encoder.mean.copy_(generated.codes.mean(0))
    encoder.spread.copy_(generated.codes.std(0))

    def normalized(codes: Tensor) -> Tensor:
        return (codes - encoder.mean) / encoder.spread

    small = F.adaptive_avg_pool2d(generated.pictures.float() / 127.5 - 1, 32)
    pixel_map = fit_pixels(normalized(generated.codes), small)
    held, held_codes = training.pictures.held_out(SIDE), normalized(training.held_codes.codes)
    encoder.to(memory_format=torch.channels_last)
    average = copy.deepcopy(encoder).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=1e-2)

    def report(step: int) -> None:
        with torch.inference_mode():
            error = code_loss(average.normalized(held), held_codes, pixel_map)
        print(f"step {step}: error on the codes of held-out photos {error:.3f}", flush=True)

    parts: dict[str, Stateful] = {"encoder": encoder, "average": average, "optimizer": optimizer}
    for step in TrainingRun(work / CHECKPOINT, parts, minutes, report).steps(optimizer):
        generated.add(NEW)
        pictures, codes = batch_of(training, generated)
        with low_precision(training.device):
            predicted = encoder.normalized(pictures).float()
        code_loss(predicted, normalized(codes), pixel_map).backward()
        update(encoder, average, optimizer, step)
    return average


def measure_curvature(encoder: SmallEncoder, training: AnimalTraining) -> None:
    """Measure how the distance from a photo curves over W, and leave it with the encoder, whose codes descend by it."""
    mapping = nn.Sequential(training.mapping, training.transform())
    codes = mapping(torch.randn(CURVATURE_CODES, CODE, generator=torch.Generator().manual_seed(0)))
    model = CompactModel(training.average, encoder, Feedback(), training.lpips)
    curvature = code_curvature.measure(model, codes, training.device)
    encoder.basis, encoder.precision = code_curvature.coordinates_of(curvature, mapping)
