"""Trains our own small CLIP on generated faces and captions that are composed from their labels."""

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
    EMBEDDED_SIDE,
    TextModel,
    embed_sentences,
    embedded_config,
    embedded_text_model,
    open_clip_network,
)
from hyperstyle.editing.word_tokenizer import WordTokenizer
from hyperstyle.errors import StudioError
from hyperstyle.training.core.generated_pictures import file_of, read_picture
from hyperstyle.training.core.loop import TrainingRun, update
from hyperstyle.training.core.picture_labels import PictureLabels, read_labels
from hyperstyle.training.text.captions import caption, mirror_labels, ranks, vocabulary

CHECKPOINT = "text.pt"
HELD_OUT = 1000  # pictures with smaller numbers are held out, as in `directions/run.py`
MIN_PICTURES = 3000
BATCH = 128
RATE, DECAY = 1e-3, 0.05
MAX_SCALE = 100.0  # upper bound of the scale of similarities, as in CLIP
RETRIEVAL_SIZE = 100  # captions or pictures that retrieval chooses from


def read_all_labels(work: Path) -> PictureLabels:
    """Read all labels that `train directions` left in a folder."""
    parts = [read_labels(path) for path in sorted((work / "labels").glob("*.npz"))]
    known = [part for part in parts if part is not None]
    if sum(len(part.numbers) for part in known) < MIN_PICTURES:
        raise StudioError(
            f"{work / 'labels'} has labels of fewer than {MIN_PICTURES} pictures: make pictures with `python -m "
            "hyperstyle train pictures` and label them with `python -m hyperstyle train directions`."
        )
    return PictureLabels(np.concatenate([p.numbers for p in known]), np.concatenate([p.values for p in known]))


def read_all_pictures(folder: Path, numbers: NDArray[np.int64], log: Callable[[str], None]) -> Tensor:
    """Read pictures as uint8 [N, 3, S, S]: 20,000 of them take a quarter of a gigabyte."""
    pictures = torch.empty(len(numbers), 3, EMBEDDED_SIDE, EMBEDDED_SIDE, dtype=torch.uint8)
    for place, number in enumerate(numbers.tolist()):
        pictures[place] = ((read_picture(file_of(folder, number), EMBEDDED_SIDE) + 1) * 127.5).round().byte()
        if (place + 1) % 5000 == 0:
            log(f"{place + 1} of {len(numbers)} pictures read")
    return pictures


def train(work: Path, minutes: float, device: torch.device, log: Callable[[str], None]) -> None:
    """Train for `minutes`, resuming from `text.pt` in `work`."""
    labels = read_all_labels(work)
    rows, pictures = ranks(labels.values), read_all_pictures(work / "pictures", labels.numbers, log)
    fitting, held_out = np.flatnonzero(labels.numbers >= HELD_OUT), np.flatnonzero(labels.numbers < HELD_OUT)
    words = WordTokenizer(vocabulary())
    network = open_clip_network(embedded_config(words))
    network = network.to(device, memory_format=torch.channels_last)  # twice as fast on a CPU
    average = copy.deepcopy(network).requires_grad_(False)
    optimizer = torch.optim.AdamW(parameter_groups(network), lr=RATE, betas=(0.9, 0.98))
    rng = Random()  # noqa: S311 -- no secrets

    def report(step: int) -> None:
        by_text, by_picture = retrieval(embedded_text_model(average.eval(), words), pictures[held_out], rows[held_out])
        log(f"step {step}: held-out retrieval among {RETRIEVAL_SIZE}: picture {by_text:.1%}, caption {by_picture:.1%}")

    parts = {"network": network, "average": average, "optimizer": optimizer}
    for step in TrainingRun(work / CHECKPOINT, parts, minutes, report, save_every=240.0).steps(optimizer):
        picked = fitting[[rng.randrange(len(fitting)) for _ in range(BATCH)]]
        seen, texts = batch(pictures, rows, picked, rng)
        network.train()
        loss = captions_loss(network, seen.to(device, memory_format=torch.channels_last), words(texts).to(device))
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
) -> tuple[Tensor, list[str]]:
    """Return the picked pictures [N, 3, S, S] in [-1, 1], every second one mirrored, and a caption for each."""
    seen, texts = pictures[torch.from_numpy(picked)].float() / 127.5 - 1, []
    for place, number in enumerate(picked):
        turn = place % 2 == 1
        texts.append(caption(mirror_labels(rows[number]) if turn else rows[number], rng))
        if turn:
            seen[place] = seen[place].flip(-1)
    return seen, texts


def captions_loss(network: nn.Module, pictures: Tensor, tokens: Tensor) -> Tensor:
    """Return the loss of pictures [N, 3, S, S] and the tokens [N, context] of their captions."""
    with low_precision(pictures.device):
        found = network(pictures, tokens)
    return clip_loss(*(part.float() for part in found))


def clip_loss(seen: Tensor, read: Tensor, scale: Tensor) -> Tensor:
    """Return CLIP's contrastive loss between embeddings of pictures `seen` and of texts `read`, both [N, D]."""
    likeness = scale.clamp(max=MAX_SCALE) * seen @ read.T
    partners = torch.arange(len(seen), device=seen.device)
    return (F.cross_entropy(likeness, partners) + F.cross_entropy(likeness.T, partners)) / 2


@torch.inference_mode()
def retrieval(model: TextModel, pictures: Tensor, rows: NDArray[np.float32]) -> tuple[float, float]:
    """Return the top-1 accuracy of retrieving pictures by caption, and captions by picture, among `RETRIEVAL_SIZE`.

    `pictures` are uint8 [N, 3, S, S], `rows` their ranks [N, labels].
    """
    rng, right = Random(0), torch.zeros(2)  # noqa: S311
    groups = range(0, len(pictures) - RETRIEVAL_SIZE + 1, RETRIEVAL_SIZE)
    device = next(model.network.parameters()).device
    for first in groups:
        part = slice(first, first + RETRIEVAL_SIZE)
        texts = embed_sentences(model, [caption(row, rng) for row in rows[part]])
        likeness = texts @ model.embed_pictures((pictures[part].float() / 127.5 - 1).to(device)).T
        partners = torch.arange(RETRIEVAL_SIZE, device=device)
        right += torch.stack([(likeness.argmax(way) == partners).float().mean() for way in (1, 0)]).cpu()
    by_text, by_picture = (right / len(groups)).tolist()
    return by_text, by_picture


def load_trained(work: Path) -> Any:  # noqa: ANN401 -- a class without types
    """Load the averaged network from its training's checkpoint."""
    network = open_clip_network(embedded_config(WordTokenizer(vocabulary())))
    network.load_state_dict(torch.load(work / CHECKPOINT, weights_only=True)["average"])
    return network


def metadata_of(work: Path) -> dict[str, str]:
    """Return the metadata of the shipped network."""
    steps = torch.load(work / CHECKPOINT, weights_only=True, mmap=True)["step"]
    return {"network": "text", "steps": str(steps), "vocabulary": json.dumps(vocabulary())}
