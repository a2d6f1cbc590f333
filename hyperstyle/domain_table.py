"""The table of domains; everything that differs between domains is data here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hyperstyle.errors import StudioError
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.networks.published_models import Options
from hyperstyle.networks.stylegan2 import Design, layer_shapes
from hyperstyle.networks.view import SQUARE, View
from hyperstyle.paths import ANIMAL_FINDER, ASSETS

METRICS = ("lpips-alexnet",)
FACE_TOOLS = ("dlib-landmarks", "dlib-identity")
ANIMAL_TOOLS = tuple(file.name for file in ANIMAL_FINDER)
FFHQ_LAYERS = (5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23, 24)
PERSON = "selfie-segmenter"
TEXT_WEIGHTS = ("styleclip-relevance", "clip-vit-b-32")


class Architecture(StrEnum):
    """Architecture of a domain's model."""

    EMBEDDED = "embedded"
    """Encoder and hypernetwork of this project, for the generator in a Python package."""
    COMPACT = "compact"
    """Generator, encoder and feedback of this project; the generator descends from the one in the Python package."""
    HYPERSTYLE = "hyperstyle"
    """The published HyperStyle."""
    HYPERINVERTER = "hyperinverter"
    """The published HyperInverter."""


class TextTables(StrEnum):
    """Source of the channel relevance for text edits; a table computed by `train relevance` takes precedence."""

    BUNDLED = "bundled"
    """The table in assets/, for the text model in assets/."""
    PUBLISHED = "published"
    """StyleCLIP's table for StyleGAN2 FFHQ and CLIP ViT-B/32."""
    NONE = "none"
    """No table: text edits need `train relevance` first."""


N_STYLES: Mapping[Architecture, int] = MappingProxyType(
    {Architecture.EMBEDDED: MobileGenerator.n_styles, Architecture.COMPACT: CompactGenerator.n_styles}
)
"""Number of styles of our own models' generators."""


@dataclass(frozen=True)
class Domain:
    """A kind of pictures (faces, cars, ...) with the model that inverts them."""

    name: str
    title: str
    faces: bool
    """True if photos are aligned by a person's face; otherwise the largest crop in the photo's middle is taken."""
    model: tuple[str, ...]
    """Names of the weights of its networks, in `WEIGHTS`."""
    required_tools: tuple[str, ...]
    """Names of the other required weights: for finding faces, for metrics."""
    architecture: Architecture
    options: Options | None = None
    """Build options of a published model; None for our own. Options in the weight files take precedence."""
    hypernetwork: str = "hyperstyle"
    """Name of its default inversion method, which its hypernetwork was trained for."""
    directions: str = "components"
    """Source of its directions, a key of `DIRECTION_SOURCES`; the default is principal components of its W."""
    styles: tuple[str, ...] = ()
    """Names of its styles, keys of `STYLES`."""
    text: TextTables = TextTables.NONE
    optional_weights: tuple[str, ...] = ()
    """Names of weights for optional features: a method, a style, text edits."""
    animals: bool = False
    """True if photos are aligned by an animal's eyes where one is found."""
    bundled_assets: tuple[str, ...] = ()
    """Names of the files in assets/ that it requires."""

    @property
    def required_weights(self) -> tuple[str, ...]:
        """Names of all required weights."""
        return self.model + self.required_tools

    @property
    def view(self) -> View:
        """The visible part of the generator's pictures, and its size as input of the networks."""
        return self.options.view if self.options else SQUARE

    @property
    def n_styles(self) -> int:
        """Number of styles: a W+ code of its generator is [n_styles, 512]."""
        return layer_shapes(self.options.output_size)[-1].style + 1 if self.options else N_STYLES[self.architecture]

    @property
    def full_size(self) -> bool:
        """True for the published full-size models, which are slow without a GPU."""
        return self.architecture not in N_STYLES

    def missing_assets(self) -> tuple[str, ...]:
        """Return the names of the required files that are missing in assets/."""
        return tuple(name for name in self.bundled_assets if not (ASSETS / name).exists())


def hyperstyle_options(size: int, dataset: str, layers: tuple[int, ...]) -> Options:
    """Return the options of a published HyperStyle model for pictures of that size."""
    return Options(size, "SharedWeightsHyperNetResNet", f"{dataset}_hypernet", layers)


def hyperinverter_options(size: int, encoder_type: str, dataset: str) -> Options:
    """Return the options of a published HyperInverter model with NVIDIA's generator, of the recommended width."""
    layers = tuple(range(len(layer_shapes(size))))
    return Options(size, encoder_type, f"{dataset}_encode", layers, hidden_dim=128, design=Design(equalised=False))


BUNDLED_STYLES = ("pencil", "comic", "poster", "toon", "watercolour", "big-cat")
FINE_TUNED_STYLES = (
    *("toonify", "pixar", "disney-princess", "sketch", "anime", "ukiyoe", "van-gogh", "edvard-munch", "modigliani"),
    *("joker", "white-walker"),
)

MAPPING = ("random-face-mapping-xml", "random-face-mapping-bin")
COMPACT_FILES = ("generator", "w-encoder", "feedback", "directions")

_ALL = (
    Domain(
        "faces-lite",
        "Faces (light)",
        faces=True,
        model=(*MAPPING, "random-face-synthesis-xml", "random-face-synthesis-bin"),
        required_tools=FACE_TOOLS + METRICS,
        architecture=Architecture.EMBEDDED,
        directions="faces",
        styles=BUNDLED_STYLES,
        text=TextTables.BUNDLED,
        optional_weights=(PERSON,),
        bundled_assets=("w-encoder.safetensors", "hypernetwork.safetensors", "preview.safetensors"),
    ),
    Domain(
        "wild-lite",
        "Big cats",
        faces=False,
        model=MAPPING,
        required_tools=METRICS,
        architecture=Architecture.COMPACT,
        directions="own",
        animals=True,
        bundled_assets=(*ANIMAL_TOOLS, *(f"wild-lite/{name}.safetensors" for name in COMPACT_FILES)),
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
            *("restyle-faces", "stylegan2-faces", PERSON, *TEXT_WEIGHTS),
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
        animals=True,
        bundled_assets=ANIMAL_TOOLS,
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
"""The default domain, which runs without a GPU."""


def domain_named(name: str) -> Domain:
    """Return the domain of that name; for an unknown name, a `StudioError` lists all domains."""
    if name not in DOMAINS:
        raise StudioError(f"There is no domain {name!r}: choose one of {', '.join(DOMAINS)}.")
    return DOMAINS[name]
