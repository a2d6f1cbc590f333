"""Trains our own small CLIP on generated faces and captions that are composed from their labels.

Beside CLIP's loss, a linear layer has to read all labels out of the embedding of a picture, since a caption names only
some of them, and as well as it can out of the caption's: so each word soon finds the label that it speaks of.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.device import low_precision
from hyperstyle.editing.text_model import (
    EMBEDDED_DIM,
    EMBEDDED_SIDE,
    TextModel,
    embed_sentences,
    embedded_config,
    embedded_text_model,
    open_clip_network,
)
from hyperstyle.editing.word_tokenizer import WordTokenizer
from hyperstyle.errors import StudioError
from hyperstyle.metrics.descriptions import DESCRIBED
from hyperstyle.training.core.generated_pictures import file_of, numbers_in, read_picture
from hyperstyle.training.core.loop import TrainingRun, update
from hyperstyle.training.core.picture_labels import PictureLabeller, PictureLabels, label_pictures
from hyperstyle.training.text.captions import (
    FULL_FACTS,
    caption,
    mirror_labels,
    ranks,
    short_caption,
    training_caption,
    vocabulary,
)

CHECKPOINT = "text.pt"
HELD_OUT = 1000  # pictures with smaller numbers are held out, as in `directions/run.py`
MIN_PICTURES = 3000
BATCH = 128
RATE, DECAY = 1e-3, 0.05
MAX_SCALE = 100.0  # upper bound of the scale of similarities, as in CLIP
LABELS_WEIGHT = 5.0  # at 1, rare words such as "glasses" were still confused with "without" after 3,800 steps
MAX_SHIFT = 2  # pixels by which training pictures are shifted at random
RETRIEVAL_SIZE = 100  # captions or pictures that retrieval chooses from

Caption = Callable[[NDArray[np.float32], Random], str]
"""Composes a caption of a face with these ranks [labels]."""


def label_all(work: Path, labeller: PictureLabeller, log: Callable[[str], None]) -> PictureLabels:
    """Return the labels of all pictures in a folder; those that are not there yet are computed and kept."""
    numbers = numbers_in(work / "pictures")
    if len(numbers) < MIN_PICTURES:
        raise StudioError(
            f"{work / 'pictures'} holds {len(numbers)} pictures, and the text model needs {MIN_PICTURES}: make them "
            "with `python -m hyperstyle train pictures`."
        )
    parts = []
    for part in label_pictures(work / "pictures", work / "described", numbers, labeller):
        parts.append(part)
        log(f"{sum(len(part.numbers) for part in parts)} of {len(numbers)} pictures labelled")
    return PictureLabels(np.concatenate([p.numbers for p in parts]), np.concatenate([p.values for p in parts]))


def read_all_pictures(folder: Path, numbers: NDArray[np.int64], log: Callable[[str], None]) -> Tensor:
    """Read pictures as uint8 [N, 3, S, S]: 20,000 of them take a quarter of a gigabyte."""
    pictures = torch.empty(len(numbers), 3, EMBEDDED_SIDE, EMBEDDED_SIDE, dtype=torch.uint8)
    for place, number in enumerate(numbers.tolist()):
        pictures[place] = ((read_picture(file_of(folder, number), EMBEDDED_SIDE) + 1) * 127.5).round().byte()
        if (place + 1) % 5000 == 0:
            log(f"{place + 1} of {len(numbers)} pictures read")
    return pictures


def train(
    work: Path, minutes: float, labeller: PictureLabeller, device: torch.device, log: Callable[[str], None]
) -> None:
    """Label the pictures in `work`, and train for `minutes`, resuming from `text.pt` in `work`."""
    labels = label_all(work, labeller, log)
    rows, pictures = ranks(labels.values), read_all_pictures(work / "pictures", labels.numbers, log)
    fitting, held_out = np.flatnonzero(labels.numbers >= HELD_OUT), np.flatnonzero(labels.numbers < HELD_OUT)
    middle, spread = rows[fitting].mean(0), rows[fitting].std(0)
    words = WordTokenizer(vocabulary())
    network = open_clip_network(embedded_config(words))
    reader = nn.Linear(EMBEDDED_DIM, len(DESCRIBED)).to(device)
    network = network.to(device, memory_format=torch.channels_last)  # twice as fast on a CPU
    average = copy.deepcopy(network).requires_grad_(False)
    optimizer = torch.optim.AdamW(
        [*parameter_groups(network), {"params": reader.parameters(), "weight_decay": 0.0}], lr=RATE, betas=(0.9, 0.98)
    )
    rng = Random()  # noqa: S311 -- no secrets

    def report(step: int) -> None:
        model = embedded_text_model(average.eval(), words)
        for kind, compose in CAPTIONS.items():
            by_text, by_picture = retrieval(model, pictures[held_out], rows[held_out], compose)
            log(
                f"step {step}: held-out retrieval among {RETRIEVAL_SIZE} by {kind} captions: "
                f"picture {by_text:.1%}, caption {by_picture:.1%}"
            )

    parts = {"network": network, "average": average, "reader": reader, "optimizer": optimizer}
    for step in TrainingRun(work / CHECKPOINT, parts, minutes, report, save_every=240.0).steps(optimizer):
        picked = fitting[[rng.randrange(len(fitting)) for _ in range(BATCH)]]
        seen, texts, true = batch(pictures, rows, picked, rng)
        network.train()
        found = embed_both(network, seen.to(device, memory_format=torch.channels_last), words(texts).to(device))
        read = torch.from_numpy((true - middle) / spread).to(device)
        labelled = sum(F.mse_loss(reader(part * EMBEDDED_DIM**0.5), read) for part in found[:2])
        loss = clip_loss(*found) + LABELS_WEIGHT * labelled
        loss.backward()
        update(network, average, optimizer, step)
        if step % 100 == 0:
            log(f"step {step}: loss {loss.item():.3f}")


def parameter_groups(network: nn.Module) -> list[dict[str, object]]:
    """Return parameter groups for AdamW: matrices and kernels with weight decay, all others without."""
    weights = [weight for weight in network.parameters() if weight.ndim > 1]
    rest = [weight for weight in network.parameters() if weight.ndim <= 1]
    return [{"params": weights, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}]


def batch(
    pictures: Tensor, rows: NDArray[np.float32], picked: NDArray[np.int64], rng: Random
) -> tuple[Tensor, list[str], NDArray[np.float32]]:
    """Return the picked pictures [N, 3, S, S] in [-1, 1], a caption for each, and their ranks [N, labels].

    Every second picture is mirrored, and all are shifted by a few pixels.
    """
    seen = pictures[torch.from_numpy(picked)].float() / 127.5 - 1
    true = rows[picked]
    for place in range(1, len(picked), 2):
        seen[place], true[place] = seen[place].flip(-1), mirror_labels(true[place])
    left, top = rng.randint(0, 2 * MAX_SHIFT), rng.randint(0, 2 * MAX_SHIFT)
    shifted = F.pad(seen, (MAX_SHIFT,) * 4, "replicate")[..., top : top + seen.shape[-2], left : left + seen.shape[-1]]
    return shifted, [training_caption(row, rng) for row in true], true


def embed_both(network: nn.Module, pictures: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the embeddings [N, D] of pictures [N, 3, S, S] and of the tokens [N, context], and CLIP's scale."""
    with low_precision(pictures.device):
        seen, read, scale = network(pictures, tokens)
    return seen.float(), read.float(), scale.float()


def clip_loss(seen: Tensor, read: Tensor, scale: Tensor) -> Tensor:
    """Return CLIP's contrastive loss between embeddings of pictures `seen` and of texts `read`, both [N, D]."""
    likeness = scale.clamp(max=MAX_SCALE) * seen @ read.T
    partners = torch.arange(len(seen), device=seen.device)
    return (F.cross_entropy(likeness, partners) + F.cross_entropy(likeness.T, partners)) / 2


@torch.inference_mode()
def retrieval(model: TextModel, pictures: Tensor, rows: NDArray[np.float32], compose: Caption) -> tuple[float, float]:
    """Return the top-1 accuracy of retrieving pictures by caption, and captions by picture, among `RETRIEVAL_SIZE`.

    `pictures` are uint8 [N, 3, S, S], `rows` their ranks [N, labels].
    """
    rng, right = Random(0), torch.zeros(2)  # noqa: S311
    groups = range(0, len(pictures) - RETRIEVAL_SIZE + 1, RETRIEVAL_SIZE)
    device = next(model.network.parameters()).device
    for first in groups:
        part = slice(first, first + RETRIEVAL_SIZE)
        texts = embed_sentences(model, [compose(row, rng) for row in rows[part]])
        likeness = texts @ model.embed_pictures((pictures[part].float() / 127.5 - 1).to(device)).T
        partners = torch.arange(RETRIEVAL_SIZE, device=device)
        right += torch.stack([(likeness.argmax(way) == partners).float().mean() for way in (1, 0)]).cpu()
    by_text, by_picture = (right / len(groups)).tolist()
    return by_text, by_picture


def full_caption(row: NDArray[np.float32], rng: Random) -> str:
    """Compose a caption of eight facts, and mostly age and presentation."""
    return caption(row, rng, FULL_FACTS)


CAPTIONS: dict[str, Caption] = {"short": short_caption, "full": full_caption}
"""The kinds of captions by which retrieval is measured."""


def load_trained(work: Path) -> Any:  # noqa: ANN401 -- a class without types
    """Load the averaged network from its training's checkpoint."""
    network = open_clip_network(embedded_config(WordTokenizer(vocabulary())))
    network.load_state_dict(torch.load(work / CHECKPOINT, weights_only=True)["average"])
    return network


def metadata_of(work: Path) -> dict[str, str]:
    """Return the metadata of the shipped network."""
    steps = torch.load(work / CHECKPOINT, weights_only=True, mmap=True)["step"]
    return {"network": "text", "steps": str(steps), "vocabulary": json.dumps(vocabulary())}
