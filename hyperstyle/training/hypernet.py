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
from hyperstyle.training.loop import Stateful, Stretch, follow
from hyperstyle.training.pictures import save_grid
from hyperstyle.training.portraits import read_portraits

BATCH = 4
STEPS = 3  # refinements of a batch; later ones look like the last of these
PERCEPTUAL = 0.8  # weight of LPIPS beside L2, as in the paper
STRANGE = 0.1  # how far the kernels of made-up photos are from the generator's, relative to themselves


class Studio:
    """The generator with its preview, in bfloat16: what the training draws with."""

    def __init__(self, generator: MobileGenerator, head: Preview) -> None:
        self.generator = generator.bfloat16()
        self.head = head.bfloat16().requires_grad_(False)
        self.kernels = {layer: kernel.float() for layer, kernel in generator.own_kernels().items()}

    def draw(self, codes: Tensor, offsets: Offsets) -> tuple[Tensor, list[Tensor]]:
        """Pictures [N, 3, 256, 256] and what the layers were fed, one picture after the other to stay in the cache."""
        pictures, fed = [], []
        for index, code in enumerate(codes):
            kernels = {
                layer: (kernel * (1 + offsets[layer][index]) if layer in offsets else kernel).bfloat16()
                for layer, kernel in self.kernels.items()
            }
            inputs: list[Tensor] = []
            pictures.append(preview(self.generator, self.head, code[None].bfloat16(), kernels, inputs))
            fed.append(inputs)
        return torch.cat(pictures).float(), [torch.cat(layer).detach() for layer in zip(*fed, strict=True)]

    def stranger(self, codes: Tensor, layers: tuple[int, ...]) -> Tensor:
        """Photos [N, 3, 256, 256] that no code makes: codes mixed over the styles, kernels of low-rank noise."""
        offsets = {}
        for layer in layers:
            out, inputs = self.kernels[layer].shape[:2]
            left, right = torch.randn(len(codes), out, 8), torch.randn(len(codes), 8, inputs)
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
    studio = Studio(generator, head)
    photos, held = read_portraits(work / "portraits")
    refiner = Refiner()
    average = copy.deepcopy(refiner).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(refiner.parameters(), lr=5e-4, weight_decay=1e-2)

    def targets() -> Tensor:
        """Half portraits, half pictures of a generator that has been tampered with."""
        real = photographed(mirrored(photos[torch.randint(len(photos), (BATCH // 2,))]))
        made = studio.stranger(mapping(torch.randn(BATCH // 2, 512), 0.8), refiner.layers)
        return torch.cat((real, photographed(made)))

    def refined(network: Refiner, photo: Tensor, picture: Tensor, fed: list[Tensor], offsets: Offsets) -> Offsets:
        with torch.autocast("cpu", torch.bfloat16):
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
        optimizer.zero_grad(set_to_none=True)
        for _ in range(STEPS):
            offsets = refined(refiner, photo, picture, fed, offsets)
            picture, fed = studio.draw(codes, offsets)
            loss = F.mse_loss(picture, photo) + PERCEPTUAL * lpips(picture, photo).mean()
            (loss / STEPS).backward()
            picture, offsets = picture.detach(), {layer: change.detach() for layer, change in offsets.items()}
        torch.nn.utils.clip_grad_norm_(refiner.parameters(), 1.0)
        optimizer.step()
        follow(average, refiner, min(0.998, step / (step + 10)))
    return average
