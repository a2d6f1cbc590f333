"""Trains the animal generator against a projected discriminator, while it goes on to reconstruct the photos.

Half of a batch are reconstructions, which keep the generator from collapsing; the other half comes from new codes. The
discriminator sees both.
"""

from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.training.animals.auto_decoder import BATCHES, CODE_STEP, AnimalTraining, batch_of, reconstruction_loss
from hyperstyle.training.animals.differentiable_augmentation import augment
from hyperstyle.training.animals.discriminator import ProjectedDiscriminator, discriminator_loss, generator_loss
from hyperstyle.training.animals.features import FeatureNetwork
from hyperstyle.training.core.loop import TrainingRun

RATE = 2e-4  # learning rate of the discriminator
HEAD_RATE = 3e-4  # of the generator's heads, which are no longer untrained
SHARE = 1.0  # length of the adversarial gradient at reconstructed pixels, relative to the reconstruction gradient
MEMORY = 0.99  # decay of the moving average of the weight that this takes
REFRESH = 100  # steps between two fits of the distribution of codes
WARMUP = 100  # steps in which the discriminator trains alone, as its first gradients are random


class AdaptiveWeight:
    """The weight of the adversarial loss at which its gradient is `SHARE` times as long as the reconstruction's."""

    def __init__(self) -> None:
        self.weight = 0.0

    def __call__(self, reconstruction: Tensor, adversarial: Tensor) -> float:
        """Return the weight, averaged over steps, from this step's gradients [N, 3, S, S] of both losses."""
        now = float(reconstruction.norm() / adversarial.norm().clamp_min(1e-12))
        self.weight = now if self.weight == 0 else MEMORY * self.weight + (1 - MEMORY) * now
        return SHARE * self.weight

    def state_dict(self) -> dict[str, float]:
        """Return the state that a later run resumes from."""
        return {"weight": self.weight}

    def load_state_dict(self, state_dict: dict[str, float]) -> None:
        """Restore the state that `state_dict` returned."""
        self.weight = state_dict["weight"]


class Adversary:
    """The discriminator, its feature network and optimizer, and the weight of its loss."""

    def __init__(self, features: FeatureNetwork, device: torch.device) -> None:
        self.features = features.to(device)
        self.discriminator = ProjectedDiscriminator().to(device)
        trained = [parameter for parameter in self.discriminator.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.Adam(trained, lr=RATE, betas=(0.0, 0.99))
        self.weight = AdaptiveWeight()

    def logits(self, pictures: Tensor) -> list[Tensor]:
        """Return the discriminator's logits [N, P] of augmented pictures [N, 3, S, S], for each scale."""
        inputs = augment(pictures).contiguous(memory_format=torch.channels_last)
        return self.discriminator(self.features, inputs)

    def learn(self, photos: Tensor, generated: Tensor) -> tuple[float, float]:
        """Train the discriminator on pictures [N, 3, S, S]; return its accuracies on photos and generated pictures."""
        logits = self.logits(torch.cat((photos, generated)))
        real, fake = [each[: len(photos)] for each in logits], [each[len(photos) :] for each in logits]
        discriminator_loss(real, fake).backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        right = [torch.cat([each.detach().flatten() for each in side]) for side in (real, fake)]
        return float((right[0] > 0).float().mean()), float((right[1] < 0).float().mean())

    def gradient(self, generated: Tensor) -> Tensor:
        """Return the gradient of the generator's loss with respect to pictures [N, 3, S, S]."""
        leaf = generated.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(generator_loss(self.logits(leaf)), leaf)
        return gradient


def adversarial_step(training: AnimalTraining, adversary: Adversary, new: Tensor, step: int, size: int) -> Tensor:
    """Train the discriminator, back-propagate to the generator and update the codes of reconstructed pictures.

    `new` are random codes [B, 512]; as many photos are reconstructed. Returns the reconstruction loss and the
    discriminator's accuracies on photos and generated pictures.
    """
    count = len(training.pictures)
    numbers = batch_of(step, len(new), count)
    half = len(numbers)
    wanted, known = training.pictures.batch(numbers, size).to(training.device), training.codes(numbers)
    generated = training.render(training.generator, torch.cat((known, new)), size)

    leaf = generated[:half].detach().requires_grad_()
    loss = reconstruction_loss(leaf, wanted, training.lpips)
    (reconstruction,) = torch.autograd.grad(loss, leaf)
    photos = training.pictures.batch(torch.randint(count, (len(generated),)), size).to(training.device)
    accuracies = adversary.learn(photos, generated.detach())
    upstream = torch.cat((reconstruction, torch.zeros_like(generated[half:])))
    if step > WARMUP:
        adversarial = adversary.gradient(generated)
        upstream = upstream + adversary.weight(reconstruction, adversarial[:half]) * adversarial
    generated.backward(upstream)
    assert known.grad is not None
    training.codes.move(numbers, known.grad, CODE_STEP)
    return torch.tensor([float(loss.detach()), *accuracies])


def train(
    folder: Path, minutes: float, size: int, training: AnimalTraining, features: FeatureNetwork, save_every: float = 300
) -> None:
    """Train on pictures of `size` for some minutes; the first run begins with the auto-decoder's checkpoint, if any."""
    adversary = Adversary(features, training.device)
    optimizer = training.optimizer(HEAD_RATE)
    history: list[Tensor] = []

    def report(step: int) -> None:
        loss, photos, generated = torch.stack(history).mean(0).tolist() if history else (0.0, 0.0, 0.0)
        history.clear()
        note = f"loss {loss:.4f}, discriminator right on {photos:.2f} of photos and {generated:.2f} of generated"
        training.report(folder, step, size, f"{note}, weight {adversary.weight.weight:.3g}")

    run = TrainingRun(
        folder / "adversary.pt",
        training.parts()
        | {"optimizer": optimizer, "weight": adversary.weight}
        | {"discriminator": adversary.discriminator, "discriminator optimizer": adversary.optimizer},
        minutes,
        report,
        save_every,
    )
    reconstructing = folder / "auto-decoder.pt"
    if reconstructing.exists() and not run.checkpoint.exists():
        training.load(reconstructing)
    transform = None
    for step in run.steps(optimizer):
        if transform is None or step % REFRESH == 0:
            transform = training.transform()
        with torch.no_grad():
            new = transform(training.mapping(torch.randn(BATCHES[size] // 2, 512)))
        history.append(adversarial_step(training, adversary, new, step, size))
        training.step(optimizer, step)
