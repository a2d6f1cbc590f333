"""Trains the hypernetwork: what it changes has to make the picture more like the photo, step after step."""

import copy
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.mobile import Mapping, MobileGenerator
from hyperstyle.networks.preview import Preview, preview
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small import SmallEncoder
from hyperstyle.training.augmentation import mirrored, photographed
from hyperstyle.training.loop import Stateful, Stretch, update
from hyperstyle.training.pictures import save_grid
from hyperstyle.training.portraits import read_portraits

BATCH, LARGE_BATCH = 4, 32  # on CPU and on CUDA
STEPS = 3  # refinements of a batch; later ones look like the last of these
PERCEPTUAL = 0.8  # weight of LPIPS beside L2, as in the paper
STRANGE = 0.1  # how far the kernels of made-up photos are from the generator's, relative to themselves


class Studio:
    """The generator with its preview, in bfloat16: what the training draws with."""

    def __init__(self, generator: MobileGenerator, head: Preview, device: torch.device) -> None:
        self.kernels = {layer: kernel.detach().clone().to(device) for layer, kernel in generator.own_kernels().items()}
        self.generator = generator.bfloat16().to(device)
        self.head = head.bfloat16().requires_grad_(False).to(device)
        on_cpu = device.type == "cpu"
        self.batch = BATCH if on_cpu else LARGE_BATCH
        self.at_once = 1 if on_cpu else LARGE_BATCH  # what one picture needs stays in a processor's cache

    def draw(self, codes: Tensor, offsets: Offsets) -> tuple[Tensor, list[Tensor]]:
        """Pictures [N, 3, 256, 256] of codes [N, 512] or [N, 18, 512], and what the layers were fed."""
        pictures, fed = [], []
        for first in range(0, len(codes), self.at_once):
            part = slice(first, first + self.at_once)
            kernels = {
                layer: (kernel * (1 + offsets[layer][part]) if layer in offsets else kernel).bfloat16()
                for layer, kernel in self.kernels.items()
            }
            inputs: list[Tensor] = []
            pictures.append(preview(self.generator, self.head, codes[part].bfloat16(), kernels, inputs))
            fed.append(inputs)
        return torch.cat(pictures).float(), [torch.cat(layer).detach() for layer in zip(*fed, strict=True)]

    def stranger(self, codes: Tensor, layers: tuple[int, ...]) -> Tensor:
        """Photos [N, 3, 256, 256] that no code in W makes: two codes for coarse and fine styles, kernels of noise."""
        start = torch.randint(1, self.generator.n_styles, (len(codes), 1, 1), device=codes.device)
        style = torch.arange(self.generator.n_styles, device=codes.device)[:, None]
        codes = torch.where(style < start, codes[:, None], codes.roll(1, 0)[:, None])
        offsets = {}
        for layer in layers:
            out, inputs = self.kernels[layer].shape[:2]
            left = torch.randn(len(codes), out, 8, device=codes.device)
            right = torch.randn(len(codes), 8, inputs, device=codes.device)
            offsets[layer] = (STRANGE * 8**-0.5 * left @ right)[..., None, None]
        with torch.no_grad():
            return self.draw(codes, offsets)[0].clamp(-1, 1)


def train(
    work: Path,
    minutes: float,
    generator: MobileGenerator,
    mapping: Mapping,
    head: Preview,
    encoder: SmallEncoder,
    lpips: Lpips,
) -> Refiner:
    """One stretch of training on the portraits in `work` and on pictures made on the way."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    studio = Studio(generator, head, device)
    photos, held = (portraits.to(device) for portraits in read_portraits(work / "portraits"))
    mapping, encoder, lpips = mapping.to(device), encoder.to(device), lpips.to(device)
    refiner = Refiner().to(device)
    average = copy.deepcopy(refiner).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(refiner.parameters(), lr=5e-4, weight_decay=1e-2)

    def targets() -> Tensor:
        """Half portraits, half pictures of a generator that has been tampered with."""
        real = photographed(mirrored(photos[torch.randint(len(photos), (studio.batch // 2,), device=device)]))
        made = studio.stranger(mapping(torch.randn(studio.batch // 2, 512, device=device), 0.8), refiner.layers)
        return torch.cat((real, photographed(made)))

    def refined(network: Refiner, photo: Tensor, picture: Tensor, fed: list[Tensor], offsets: Offsets) -> Offsets:
        with torch.autocast(device.type, torch.bfloat16):
            found = network(photo, picture, fed, studio.kernels)
        return {layer: offsets.get(layer, 0) + change for layer, change in found.items()}

    def report(step: int) -> None:
        figures, rows = [], [held]
        with torch.no_grad():
            codes = encoder(held)
            offsets: Offsets = {}
            for index in range(6):
                picture, fed = studio.draw(codes, offsets)
                figures.append(f"{F.mse_loss(picture, held):.4f}/{lpips(picture, held).mean():.3f}")
                rows.append(picture)
                offsets = refined(average, held, picture, fed, offsets) if index < 5 else offsets
        print(f"step {step}: held out, L2/LPIPS by step: {' '.join(figures)}", flush=True)
        save_grid(work / "hypernet.png", [torch.cat(column, 1)[None] for column in zip(*rows, strict=True)])

    parts: dict[str, Stateful] = {"refiner": refiner, "average": average, "optimizer": optimizer}
    stretch = Stretch(work / "hypernet.pt", parts, minutes, report)
    for step in stretch.steps(optimizer):
        photo = targets()
        with torch.no_grad():
            codes = encoder(photo)
            picture, fed = studio.draw(codes, {})
        offsets: Offsets = {}
        for _ in range(STEPS):
            offsets = refined(refiner, photo, picture, fed, offsets)
            picture, fed = studio.draw(codes, offsets)
            loss = F.mse_loss(picture, photo) + PERCEPTUAL * lpips(picture, photo).mean()
            (loss / STEPS).backward()
            picture, offsets = picture.detach(), {layer: change.detach() for layer, change in offsets.items()}
        update(refiner, average, optimizer, step, memory=0.998)
    return average
