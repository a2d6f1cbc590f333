"""CLIP models: networks of open_clip that embed texts and pictures in one space, with their settings for text edits."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.editing.word_tokenizer import CONTEXT, WordTokenizer
from hyperstyle.errors import StudioError

Triple = tuple[float, float, float]
ARTICLED = re.compile(r"\b(a|an|the) \{\}")
"""Matches templates that have an article before the description."""
MAX_CHARACTERS = 300
"""Longest description; no model reads more than some dozens of words."""


class Clip(Protocol):
    """Interface of open_clip's networks, as far as it is used here."""

    def encode_text(self, text: Tensor) -> Tensor:
        """Return embeddings [N, D] of tokens [N, context]."""

    def encode_image(self, image: Tensor) -> Tensor:
        """Return embeddings [N, D] of normalized pictures [N, 3, side, side]."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Yield the parameters."""


@dataclass(frozen=True, eq=False)
class TextModel:
    """A CLIP network with its tokenizer, picture normalization and defaults for text edits."""

    name: str
    """Name by which a relevance file identifies the model."""
    network: Clip
    tokens: Callable[[list[str]], Tensor]
    """Tokenizer: texts -> tokens [N, context]."""
    templates: tuple[str, ...]
    """Sentences with {} for a description, whose embeddings are averaged."""
    side: int
    """Side of the network's square input pictures."""
    mean: Triple
    """Mean RGB that pictures are normalized by, 0 to 1."""
    std: Triple
    """Standard deviation of RGB that pictures are normalized by, 0 to 1."""
    threshold: float
    """Default relevance from which a channel is moved; larger for embeddings of fewer dimensions."""
    unit: float
    """Standard deviations by which a strength of 1 moves the most relevant channel; larger where the threshold leaves
    fewer channels."""
    unknown_words: Callable[[str], list[str]] = lambda _: []
    """Returns the words of a text that the network was not trained on, as far as that is known."""

    def embed_description(self, text: str) -> Tensor:
        """Return the mean embedding [D] of a description over all templates, unit length.

        An empty or too long description, or one with unknown words, raises a `StudioError`.
        """
        text = " ".join(text.split())
        if not text:
            raise StudioError("Both texts are needed: describe the face as it is, and as it should be.")
        if len(text) > MAX_CHARACTERS:
            raise StudioError(f"The text is too long ({len(text)} characters): use a few words.")
        if unknown := self.unknown_words(text):
            words = ", ".join(f'"{word}"' for word in unknown[:3])
            raise StudioError(
                f"The embedded text model does not know {words}: it knows plain English words about age, smile, "
                "glasses, beard, hair, brows, eyes, mouth, outlines, make-up, hats, clothes, background, light, and "
                "where a face looks."
            )
        sentences = [fill_template(template, text) for template in self.templates]
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            embeddings = F.normalize(self.network.encode_text(self.tokens(sentences).to(device)).float(), dim=1)
        return F.normalize(embeddings.mean(0), dim=0).cpu()

    def embed_pictures(self, pictures: Tensor) -> Tensor:
        """Return the embeddings [N, D], unit length, of pictures [N, 3, H, W], RGB in [-1, 1]."""
        small = F.interpolate(pictures, (self.side, self.side), mode="bilinear", antialias=True, align_corners=False)
        mean, std = (small.new_tensor(values)[:, None, None] for values in (self.mean, self.std))
        return F.normalize(self.network.encode_image(((small + 1) / 2 - mean) / std).float(), dim=1)


def fill_template(template: str, text: str) -> str:
    """Return a template with a description for {}; where both have an article, the description's is dropped."""
    first, _, rest = text.partition(" ")
    repeated = ARTICLED.search(template) and rest and first.lower() in ("a", "an", "the")
    return template.replace("{}", rest if repeated else text)


def open_clip_network(config: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a class without types
    """Return open_clip's network of a configuration, with random weights."""
    return open_clip_package().model.CLIP(**config)


def open_clip_package() -> Any:  # noqa: ANN401 -- a module without types
    """Import and return the package open_clip; a `StudioError` says how to install it where that fails."""
    try:
        import open_clip
    except ModuleNotFoundError as error:
        raise StudioError(
            f"the package {error.name} is not installed: python -m pip install open_clip_torch"
        ) from error
    except Exception as error:  # torchvision raises many kinds of errors where it does not match torch
        raise StudioError(
            "they take a torchvision that was built for the very torch that is installed, and here it does "
            "not load: python -m pip install --force-reinstall torch torchvision"
        ) from error
    return open_clip


# --- the embedded model ----------------------------------------------------------------------------------------------

EMBEDDED_NAME = "faces of the embedded generator"
EMBEDDED_SIDE, EMBEDDED_DIM = 64, 64
EMBEDDED_THRESHOLD, EMBEDDED_UNIT = 0.15, 0.5  # chosen on generated faces and training portraits
EMBEDDED_TEMPLATES = ("{}", "a photo of {}", "a picture of {}", "a portrait of {}", "a close-up of {}", "this is {}")


def embedded_config(words: WordTokenizer) -> dict[str, Any]:
    """Return open_clip's configuration of the embedded network: 5 million parameters, enough for 20,000 pictures."""
    return {
        "embed_dim": EMBEDDED_DIM,
        "vision_cfg": {"layers": [1, 1, 1, 1], "width": 32, "head_width": 64, "image_size": EMBEDDED_SIDE},
        "text_cfg": {"context_length": CONTEXT, "vocab_size": words.size, "width": 128, "heads": 4, "layers": 2},
    }


def embedded_text_model(network: Clip, words: WordTokenizer) -> TextModel:
    """Return the text model of an embedded network."""
    grey = (0.5, 0.5, 0.5)
    return TextModel(
        EMBEDDED_NAME,
        network,
        words,
        EMBEDDED_TEMPLATES,
        EMBEDDED_SIDE,
        grey,
        grey,
        EMBEDDED_THRESHOLD,
        EMBEDDED_UNIT,
        words.unknown_words,
    )


# --- OpenAI's CLIP ---------------------------------------------------------------------------------------------------

CLIP_NAME = "ViT-B-32-quickgelu"
CLIP_THRESHOLD, CLIP_UNIT = 0.13, 1.0  # as published, with thresholds from 0.11 to 0.16


def clip_text_model(network: Clip) -> TextModel:
    """Return the text model of OpenAI's CLIP ViT-B/32."""
    clip = open_clip_package()
    templates = tuple(template("{}") for template in clip.zero_shot_metadata.OPENAI_IMAGENET_TEMPLATES)
    mean, deviation = clip.OPENAI_DATASET_MEAN, clip.OPENAI_DATASET_STD
    return TextModel(
        CLIP_NAME, network, clip.get_tokenizer(CLIP_NAME), templates, 224, mean, deviation, CLIP_THRESHOLD, CLIP_UNIT
    )


def clip_network() -> Any:  # noqa: ANN401
    """Return the network of CLIP ViT-B/32, with random weights."""
    return open_clip_package().create_model(CLIP_NAME, pretrained=None)


def embed_sentences(model: TextModel, texts: Sequence[str]) -> Tensor:
    """Return the embeddings [N, D], unit length, of whole sentences, without templates."""
    device = next(model.network.parameters()).device
    return F.normalize(model.network.encode_text(model.tokens(list(texts)).to(device)).float(), dim=1)
