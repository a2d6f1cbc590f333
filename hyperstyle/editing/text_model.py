"""Models that know texts and pictures: networks of open_clip, with what it takes to use them for edits."""

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
"""Found in templates that bring an article."""
LONGEST = 300
"""Characters of a text; no model reads more than some dozens of words."""


class Clip(Protocol):
    """The parts of a network of open_clip that are used here."""

    def encode_text(self, text: Tensor) -> Tensor:
        """[N, D] of tokens [N, context]."""

    def encode_image(self, image: Tensor) -> Tensor:
        """[N, D] of pictures [N, 3, side, side] with the colours as the network wants them."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Its weights."""


@dataclass(frozen=True, eq=False)
class TextModel:
    """A network that puts texts and pictures into one space, where they are near what they describe."""

    name: str
    """By which files of relevance say whose they are."""
    network: Clip
    tokens: Callable[[list[str]], Tensor]
    """Texts to the numbers [N, context] that the network reads."""
    templates: tuple[str, ...]
    """Sentences that a description is put into, at {}; their mean says what all of them have in common."""
    side: int
    """Of the square pictures that the network sees."""
    mean: Triple
    deviation: Triple
    """Of the colours, from 0 to 1, of the pictures that it was trained on."""
    threshold: float
    """Of relevance, by default: the smaller a model's space is, the larger are the inner products in it."""
    unit: float
    """How many standard deviations the most relevant channel is moved at a strength of 1: the fewer channels are
    above the threshold, the further each has to go."""
    unknown: Callable[[str], list[str]] = lambda _: []
    """The words of a text that mean nothing to the network, as far as can be said."""

    def describe(self, text: str) -> Tensor:
        """The mean [D] of a description over all templates, unit length; a `StudioError` where it is no text to use."""
        text = " ".join(text.split())
        if not text:
            raise StudioError("Both texts have to say something: describe the face as it is, and as it shall be.")
        if len(text) > LONGEST:
            raise StudioError(f"A text of {len(text)} characters is too long: a few words do best.")
        if unknown := self.unknown(text):
            words = ", ".join(f'"{word}"' for word in unknown[:3])
            raise StudioError(
                f"The embedded text model has never seen {words}: it knows plain English words about age, smile, "
                "glasses, beard, hair colour, eyes, mouth, make-up, light, and where a face looks."
            )
        sentences = [filled(template, text) for template in self.templates]
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            described = F.normalize(self.network.encode_text(self.tokens(sentences).to(device)).float(), dim=1)
        return F.normalize(described.mean(0), dim=0).cpu()

    def see(self, pictures: Tensor) -> Tensor:
        """What pictures [N, 3, H, W], RGB in [-1, 1], are like: [N, D], unit length."""
        small = F.interpolate(pictures, (self.side, self.side), mode="bilinear", antialias=True, align_corners=False)
        mean, deviation = (small.new_tensor(values)[:, None, None] for values in (self.mean, self.deviation))
        return F.normalize(self.network.encode_image(((small + 1) / 2 - mean) / deviation).float(), dim=1)


def filled(template: str, text: str) -> str:
    """A template with a description in it, which has its article once."""
    first, _, rest = text.partition(" ")
    repeated = ARTICLED.search(template) and rest and first.lower() in ("a", "an", "the")
    return template.replace("{}", rest if repeated else text)


def clip_network(config: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a class without types
    """The network of open_clip of that configuration, with random weights."""
    return library().model.CLIP(**config)


def library() -> Any:  # noqa: ANN401 -- a module without types
    """The package open_clip, where it can be used; a `StudioError` that says how to get it where it cannot."""
    try:
        import open_clip
    except ModuleNotFoundError as error:
        raise StudioError(
            f"the package {error.name} is not installed: python -m pip install open_clip_torch"
        ) from error
    except Exception as error:  # torchvision raises whatever its mismatch with torch leads to
        raise StudioError(
            "they take a torchvision that was built for the very torch that is installed, and here it does "
            "not load: python -m pip install --force-reinstall torch torchvision"
        ) from error
    return open_clip


# --- our own --------------------------------------------------------------------------------------------------------

OWN = "faces of the embedded generator"
OWN_SIDE = 64
OWN_THRESHOLD, OWN_UNIT = 0.15, 0.5  # chosen on generated faces and training portraits
OWN_TEMPLATES = ("{}", "a photo of {}", "a picture of {}", "a portrait of {}", "a close-up of {}", "this is {}")


def own_config(words: WordTokenizer) -> dict[str, Any]:
    """The configuration of our own network: 5 million weights, which 20,000 pictures are enough for."""
    return {
        "embed_dim": 64,
        "vision_cfg": {"layers": [1, 1, 1, 1], "width": 32, "head_width": 64, "image_size": OWN_SIDE},
        "text_cfg": {"context_length": CONTEXT, "vocab_size": words.size, "width": 128, "heads": 4, "layers": 2},
    }


def own_model(network: Clip, words: WordTokenizer) -> TextModel:
    """Our own network, ready for use."""
    grey = (0.5, 0.5, 0.5)
    return TextModel(OWN, network, words, OWN_TEMPLATES, OWN_SIDE, grey, grey, OWN_THRESHOLD, OWN_UNIT, words.unknown)


# --- the full one ---------------------------------------------------------------------------------------------------

FULL = "ViT-B-32-quickgelu"
FULL_THRESHOLD, FULL_UNIT = 0.13, 1.0  # as published, with thresholds from 0.11 to 0.16


def full_model(network: Clip) -> TextModel:
    """OpenAI's ViT-B/32, ready for use."""
    clip = library()
    templates = tuple(template("{}") for template in clip.zero_shot_metadata.OPENAI_IMAGENET_TEMPLATES)
    mean, deviation = clip.OPENAI_DATASET_MEAN, clip.OPENAI_DATASET_STD
    return TextModel(
        FULL, network, clip.get_tokenizer(FULL), templates, 224, mean, deviation, FULL_THRESHOLD, FULL_UNIT
    )


def full_network() -> Any:  # noqa: ANN401
    """Its network with random weights."""
    return library().create_model(FULL, pretrained=None)


def texts_of(model: TextModel, texts: Sequence[str]) -> Tensor:
    """Whole sentences in the model's space [N, D], unit length; without templates."""
    device = next(model.network.parameters()).device
    return F.normalize(model.network.encode_text(model.tokens(list(texts)).to(device)).float(), dim=1)
