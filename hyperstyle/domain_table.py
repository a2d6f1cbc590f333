"""The one table of domains; everything that differs between them is data here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hyperstyle.errors import StudioError
from hyperstyle.networks.published_models import Options
from hyperstyle.networks.stylegan2 import Design, layer_shapes
from hyperstyle.networks.view import SQUARE, View
from hyperstyle.paths import ASSETS

METRICS = ("lpips-alexnet",)
FACE_TOOLS = ("dlib-landmarks", "dlib-identity")
EMBEDDED_SIZE = 1024
"""Side of the embedded generator's pictures, whose W+ codes are those of StyleGAN2 at that size."""
FFHQ_LAYERS = (5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23, 24)
TEXT_WEIGHTS = ("styleclip-relevance", "clip-vit-b-32")


class Architecture(StrEnum):
    """What a domain's model is built as."""

    EMBEDDED = "embedded"
    """Our networks on the generator that a Python package carries."""
    HYPERSTYLE = "hyperstyle"
    """As published by HyperStyle's authors."""
    HYPERINVERTER = "hyperinverter"
    """As published by HyperInverter's authors."""


class TextTables(StrEnum):
    """Where edits in words get the relevance of a generator's channels from, if nobody has computed it."""

    BUNDLED = "bundled"
    """assets/, for the text model in assets/."""
    PUBLISHED = "published"
    """StyleCLIP's table for StyleGAN2 FFHQ and CLIP ViT-B/32."""
    NONE = "none"
    """It has to be computed: `train relevance`."""


@dataclass(frozen=True)
class Domain:
    """A kind of picture that can be inverted."""

    name: str
    title: str
    faces: bool
    """Whether photos are aligned by the face in them; otherwise the view's shape is fitted into the photo."""
    model: tuple[str, ...]
    """Names of the weights that its networks are made of."""
    required_tools: tuple[str, ...]
    """Names of the other weights it cannot do without: to find faces, to compute metrics."""
    architecture: Architecture
    options: Options | None = None
    """How a published model is built; the files say it too, and what they say holds."""
    hypernetwork: str = "hyperstyle"
    """The method that its model was made for, which is also its default."""
    directions: str = "components"
    """Where its directions come from, a key of `DIRECTION_SOURCES`; by default the components of its own W."""
    styles: tuple[str, ...] = ()
    """Names of its styles, keys of `STYLES`."""
    text: TextTables = TextTables.NONE
    optional_weights: tuple[str, ...] = ()
    """Names of the weights that add something: a method, a style, edits in words."""
    bundled_assets: tuple[str, ...] = ()
    """Files in assets/ that it cannot do without."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of all weights it cannot do without."""
        return self.model + self.required_tools

    @property
    def view(self) -> View:
        """The part of the generator's pictures that shows, and the size at which the networks see it."""
        return self.options.view if self.options else SQUARE

    @property
    def n_styles(self) -> int:
        """How many codes of 512 a W+ code of its generator has."""
        return layer_shapes(self.options.output_size if self.options else EMBEDDED_SIZE)[-1].style + 1

    @property
    def full_size(self) -> bool:
        """Whether it is one of the published models, which a GPU is for."""
        return self.architecture is not Architecture.EMBEDDED

    def missing_assets(self) -> tuple[str, ...]:
        """The files it needs that assets/ does not hold."""
        return tuple(name for name in self.bundled_assets if not (ASSETS / name).exists())


def hyperstyle_options(size: int, dataset: str, layers: tuple[int, ...]) -> Options:
    """Options of a published HyperStyle file."""
    return Options(size, "SharedWeightsHyperNetResNet", f"{dataset}_hypernet", layers)


def hyperinverter_options(size: int, encoder_type: str, dataset: str) -> Options:
    """Options of a published HyperInverter file, of the width its authors recommend, with a generator of NVIDIA's."""
    layers = tuple(range(len(layer_shapes(size))))
    return Options(size, encoder_type, f"{dataset}_encode", layers, hidden_dim=128, design=Design(equalised=False))


BUNDLED_STYLES = ("pencil", "comic", "poster", "toon", "watercolour")
FINE_TUNED_STYLES = (
    *("toonify", "pixar", "disney-princess", "sketch", "anime", "ukiyoe", "van-gogh", "edvard-munch", "modigliani"),
    *("joker", "white-walker"),
)

_ALL = (
    Domain(
        "faces-lite",
        "Faces (light)",
        faces=True,
        model=(
            "random-face-mapping-xml",
            "random-face-mapping-bin",
            "random-face-synthesis-xml",
            "random-face-synthesis-bin",
        ),
        required_tools=FACE_TOOLS + METRICS,
        architecture=Architecture.EMBEDDED,
        directions="faces",
        styles=BUNDLED_STYLES,
        text=TextTables.BUNDLED,
        bundled_assets=("w-encoder.safetensors", "hypernetwork.safetensors", "preview.safetensors"),
    ),
    Domain(
        "faces",
        "Faces",
        faces=True,
        model=("hyperstyle-faces", "w-encoder-faces"),
        required_tools=FACE_TOOLS + METRICS,
        architecture=Architecture.HYPERSTYLE,
        options=hyperstyle_options(1024, "ffhq", FFHQ_LAYERS),
        directions="faces",
        styles=FINE_TUNED_STYLES,
        text=TextTables.PUBLISHED,
        optional_weights=(
            *("restyle-faces", "stylegan2-faces", *TEXT_WEIGHTS),
            *(f"style-{name}" for name in FINE_TUNED_STYLES),
        ),
    ),
    Domain(
        "cars",
        "Cars",
        faces=False,
        model=("hyperstyle-cars", "w-encoder-cars"),
        required_tools=METRICS,
        architecture=Architecture.HYPERSTYLE,
        options=hyperstyle_options(512, "cars", FFHQ_LAYERS[:-2]),
        directions="cars",
        optional_weights=("stylegan2-cars", "ganspace-cars", "clip-vit-b-32"),
    ),
    Domain(
        "wild",
        "Wild animals",
        faces=False,
        model=("hyperstyle-wild", "w-encoder-wild"),
        required_tools=METRICS,
        architecture=Architecture.HYPERSTYLE,
        options=hyperstyle_options(512, "afhq_wild", FFHQ_LAYERS[:-2]),
        optional_weights=("stylegan2-wild", "clip-vit-b-32"),
    ),
    Domain(
        "faces-hyperinverter",
        "Faces (HyperInverter)",
        faces=True,
        model=("hyperinverter-faces", "hyperinverter-w-encoder-faces", "nvidia-stylegan2-faces"),
        required_tools=FACE_TOOLS + METRICS,
        architecture=Architecture.HYPERINVERTER,
        options=hyperinverter_options(1024, "LayerWiseEncoder", "ffhq"),
        hypernetwork="hyperinverter",
        directions="faces",  # NVIDIA's own file of the same StyleGAN2, whose W its authors edit along these directions
    ),
    Domain(
        "churches",
        "Churches",
        faces=False,
        model=("hyperinverter-churches", "hyperinverter-w-encoder-churches", "nvidia-stylegan2-churches"),
        required_tools=METRICS,
        architecture=Architecture.HYPERINVERTER,
        options=hyperinverter_options(256, "ResNetLayerWiseEncoder", "church"),
        hypernetwork="hyperinverter",
    ),
)

DOMAINS: Mapping[str, Domain] = MappingProxyType({domain.name: domain for domain in _ALL})
EMBEDDED = DOMAINS["faces-lite"]
"""The one that a fresh machine shows."""


def domain_named(name: str) -> Domain:
    """The domain of that name; a `StudioError` names those there are."""
    if name not in DOMAINS:
        raise StudioError(f"There is no domain {name!r}: choose one of {', '.join(DOMAINS)}.")
    return DOMAINS[name]
