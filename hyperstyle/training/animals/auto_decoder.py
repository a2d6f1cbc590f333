"""Trains the animal generator as an auto-decoder: it reconstructs the photos, each from a learned code of its own."""

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from hyperstyle.device import low_precision
from hyperstyle.errors import StudioError
from hyperstyle.networks.code_transform import CodeTransform
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.lpips import Lpips, training_distance
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.training.animals.codes import Codes, face_statistics, initial_codes
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.core.generated_pictures import save_grid
from hyperstyle.training.core.loop import Stateful, TrainingRun, update_ema
from hyperstyle.weights.assets import load_shipped
from hyperstyle.weights.embedded_loading import GENERATOR

TRUNK_RATE, HEAD_RATE = 1e-4, 1e-3  # of Adam; at 1e-3 the pretrained trunk falls apart
CODE_STEP = 0.7  # length of a code's step in whitened W, where codes of faces lie at about 23 from the mean
HELD_OUT_STEPS = 5  # updates of the held-out codes at every report
BATCHES = {64: 16, 128: 8, 256: 4}  # side of the pictures -> batch size
STRIDE = 4  # of the first layer of LPIPS
MEMORY = 0.998  # decay of the moving average of the weights
CODES = "codes.safetensors"  # file of the codes of all photos


def transferred(generator: MobileGenerator) -> CompactGenerator:
    """Return a compact generator with the weights of the face generator's trunk and untrained heads."""
    compact = CompactGenerator()
    own = compact.state_dict()
    compact.load_state_dict(own | {name: value for name, value in generator.state_dict().items() if name in own})
    return compact


@dataclass
class AnimalTraining:
    """State that the auto-decoder and the adversarial training share."""

    pictures: AnimalPictures
    generator: CompactGenerator
    average: CompactGenerator
    """Exponential moving average of the generator's weights."""
    codes: Codes
    held_codes: Codes
    mapping: MappingNetwork
    faces: tuple[Tensor, Tensor]
    """Mean and covariance of the mapping network's codes."""
    lpips: Lpips
    device: torch.device

    @classmethod
    def begin(
        cls,
        pictures: AnimalPictures,
        generator: MobileGenerator,
        mapping: MappingNetwork,
        encoder: SmallEncoder,
        lpips: Lpips,
        device: torch.device,
    ) -> "AnimalTraining":
        """Return the state before the first step."""
        faces = face_statistics(mapping)
        compact = transferred(generator).to(device)
        every = pictures.batch(torch.arange(len(pictures)), CompactGenerator.size)
        return cls(
            pictures,
            compact,
            copy.deepcopy(compact).requires_grad_(False),
            Codes(initial_codes(encoder, every), faces[1]),
            Codes(initial_codes(encoder, pictures.held_out(CompactGenerator.size)), faces[1]),
            mapping,
            faces,
            lpips.to(device),
            device,
        )

    def parts(self) -> dict[str, Stateful]:
        """Return the parts of a checkpoint that both trainings have."""
        return {
            "generator": self.generator,
            "average": self.average,
            "codes": self.codes,
            "held codes": self.held_codes,
        }

    def load(self, checkpoint: Path) -> None:
        """Load the shared parts of a checkpoint of either training."""
        if not checkpoint.exists():
            raise StudioError(f"There is no {checkpoint.name} in {checkpoint.parent} yet: train it first.")
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        for name, part in self.parts().items():
            part.load_state_dict(saved[name])

    def results(self) -> dict[str, nn.Module]:
        """Return file name -> module: the averaged generator as it is shipped, and the codes training goes on with."""
        return {
            GENERATOR: nn.ModuleDict({"generator": self.average, "transform": self.transform()}),
            CODES: nn.ModuleDict({"codes": self.codes, "held_codes": self.held_codes}),
        }

    def load_results(self, folder: Path) -> None:
        """Continue from the files of `results` in a folder."""
        for name, module in self.results().items():
            load_shipped(module, folder / name)
        self.generator.load_state_dict(self.average.state_dict())

    def optimizer(self, head_rate: float = HEAD_RATE) -> torch.optim.Optimizer:
        """Return Adam with a small learning rate for the pretrained trunk and a larger one for the heads."""
        heads = list(self.generator.heads.parameters())
        head_ids = {id(parameter) for parameter in heads}
        trunk = [parameter for parameter in self.generator.parameters() if id(parameter) not in head_ids]
        groups = [{"params": trunk, "lr": TRUNK_RATE}, {"params": heads, "lr": head_rate}]
        return torch.optim.Adam(groups, betas=(0.9, 0.99), fused=True)

    def render(self, generator: CompactGenerator, codes: Tensor, size: int) -> Tensor:
        """Return pictures [N, 3, size, size] of codes [N, 512]."""
        with low_precision(self.device):
            return generator.picture(generator.styles(codes.to(self.device)), generator.kernels(), size)

    def reconstruct(self, numbers: Tensor, size: int) -> Tensor:
        """Back-propagate the reconstruction loss of the pictures `numbers` [B] and update their codes; return it."""
        wanted, codes = self.pictures.batch(numbers, size).to(self.device), self.codes(numbers)
        loss = reconstruction_loss(self.render(self.generator, codes, size), wanted, self.lpips)
        loss.backward()
        assert codes.grad is not None
        self.codes.move(numbers, codes.grad, CODE_STEP)
        return loss.detach()

    def step(self, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Update the generator by its gradients, and its moving average, whose decay grows with the steps."""
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        update_ema(self.average, self.generator, min(MEMORY, step / (step + 10)))

    def examine(self, size: int) -> tuple[str, Tensor]:
        """Update the codes of the held-out pictures; return figures, and pictures above their reconstructions."""
        wanted, made = self.pictures.held_out(size), []
        for numbers in torch.arange(len(wanted)).split(BATCHES[size]):
            for _ in range(HELD_OUT_STEPS):
                codes = self.held_codes(numbers)
                rendered = self.render(self.average, codes, size)
                training_distance(rendered, wanted[numbers].to(self.device), self.lpips).sum().backward()
                assert codes.grad is not None
                self.held_codes.move(numbers, codes.grad, CODE_STEP)
            with torch.inference_mode():
                made.append(self.render(self.average, self.held_codes.codes[numbers], size).cpu())
        ours = torch.cat(made)
        l2 = (ours - wanted).square().mean()
        pairs = zip(ours.to(self.device).split(8), wanted.to(self.device).split(8), strict=True)
        lpips = torch.cat([self.lpips(*pair) for pair in pairs]).mean()
        return f"held-out L2 {l2:.4f}, LPIPS {lpips:.3f}", torch.cat((wanted, ours), 2)

    def transform(self) -> CodeTransform:
        """Return the transform from codes of faces to new codes, fitted to the present ones."""
        return CodeTransform().fit(self.faces, self.codes.codes)

    @torch.inference_mode()
    def samples(self, size: int, count: int, truncation: float = 1.0) -> Tensor:
        """Return `count` random pictures [N, 3, size, size] of the averaged generator, from fixed normal vectors."""
        z = torch.randn(count, 512, generator=torch.Generator().manual_seed(0))
        codes = self.transform()(self.mapping(z, truncation))
        return torch.cat([self.render(self.average, part, size).cpu() for part in codes.split(BATCHES[size])])

    def report(self, folder: Path, step: int, size: int, note: str) -> None:
        """Print held-out figures, and write random pictures and held-out reconstructions."""
        figures, strip = self.examine(size)
        print(f"step {step}, {size} pixels: {note}, {figures}", flush=True)
        save_tiles(folder / "strip.png", strip, 10)
        save_tiles(folder / "grid.png", self.samples(size, 64), 8)


def reconstruction_loss(made: Tensor, wanted: Tensor, lpips: Lpips) -> Tensor:
    """Return the mean `difference` of pictures [N, 3, S, S], both cropped at the same random offset.

    The first layer of LPIPS's AlexNet has stride 4. At a fixed offset the generator learns a grid of that period.
    """
    top, left = torch.randint(STRIDE, (2,)).tolist()
    side = made.shape[-1] - STRIDE
    crop = (..., slice(top, top + side), slice(left, left + side))
    return training_distance(made[crop], wanted[crop], lpips).mean()


def save_tiles(path: Path, pictures: Tensor, columns: int) -> None:
    """Write pictures [N, 3, H, W] in [-1, 1] as one PNG with so many columns."""
    from torchvision.utils import make_grid  # here, because it takes as long to import as torch

    save_grid(path, [make_grid(pictures, columns, padding=0)[None]])


def train(folder: Path, minutes: float, size: int, training: AnimalTraining, save_every: float = 300) -> None:
    """Train on pictures of `size` for some minutes; all sizes share a checkpoint in `folder`."""
    optimizer = training.optimizer()
    losses: list[Tensor] = []

    def report(step: int) -> None:
        note = f"loss {torch.stack(losses).mean():.4f} over {len(losses)} steps" if losses else "no step"
        losses.clear()
        training.report(folder, step, size, note)

    parts = training.parts() | {"optimizer": optimizer}
    for step in TrainingRun(folder / "auto-decoder.pt", parts, minutes, report, save_every).steps(optimizer):
        losses.append(training.reconstruct(batch_of(step, BATCHES[size], len(training.pictures)), size))
        training.step(optimizer, step)


def batch_of(step: int, batch: int, count: int) -> Tensor:
    """Return the picture numbers [batch] of a step: random, and every picture once per epoch."""
    batch = min(batch, count)
    epoch, place = divmod(step, count // batch)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(epoch))
    return order[place * batch : (place + 1) * batch]
