"""The one table of domains; everything that differs between them is data here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hyperstyle.networks.full import Options
from hyperstyle.networks.stylegan2 import Design, layer_shapes
from hyperstyle.networks.view import SQUARE, View

ASSETS = Path(__file__).resolve().parents[1] / "assets"
FIGURES = ("lpips-alexnet",)
FACES = ("dlib-landmarks", "dlib-identity")
FFHQ_LAYERS = (5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23, 24)
NADA = (
    *("pixar", "disney-princess", "sketch", "anime", "ukiyoe", "van-gogh", "edvard-munch", "modigliani", "joker"),
    "white-walker",
)


@dataclass(frozen=True)
class Domain:
    """A kind of picture that can be inverted."""

    name: str
    title: str
    faces: bool
    """Whether photos are aligned by the face in them; otherwise the view's shape is fitted into the photo."""
    model: tuple[str, ...]
    """Names of the weights that its networks are made of."""
    tools: tuple[str, ...]
    """Names of the other weights it cannot do without: to find faces, to compute figures."""
    published: Options | None = None
    """How the published model is built; the files say it too, and what they say holds. None: the embedded one."""
    kind: str = "hyperstyle"
    """Which model that is, a key of `MODELS`."""
    adds: tuple[str, ...] = ()
    """Names of the weights that add something: a method, a style, text edits."""
    sliders: str = "components"
    """Where its directions come from, a key of `hyperstyle.editing.sliders.SOURCES`: by default its own W."""
    ships: tuple[str, ...] = ()
    """Files in assets/ that it cannot do without either."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of all weights it cannot do without."""
        return self.model + self.tools

    @property
    def view(self) -> View:
        """The part of the generator's pictures that shows, and the size at which the networks see it."""
        return self.published.view if self.published else SQUARE

    def unmade(self) -> tuple[str, ...]:
        """The files it needs that assets/ does not hold."""
        return tuple(name for name in self.ships if not (ASSETS / name).exists())


def hyperstyle_options(size: int, dataset: str, layers: tuple[int, ...]) -> Options:
    """Options of a published HyperStyle file."""
    return Options(size, "SharedWeightsHyperNetResNet", f"{dataset}_hypernet", layers)


def hyperinverter_options(size: int, encoder_type: str, dataset: str) -> Options:
    """Options of a published HyperInverter file, of the width its authors recommend, with a generator of NVIDIA's."""
    layers = tuple(range(len(layer_shapes(size))))
    return Options(size, encoder_type, f"{dataset}_encode", layers, hidden_dim=128, design=Design(equalised=False))


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
        tools=FACES + FIGURES,
        sliders="faces",
        ships=("w-encoder.safetensors", "hypernetwork.safetensors", "preview.safetensors"),
    ),
    Domain(
        "faces",
        "Faces",
        faces=True,
        model=("hyperstyle-faces", "w-encoder-faces"),
        tools=FACES + FIGURES,
        published=hyperstyle_options(1024, "ffhq", FFHQ_LAYERS),
        adds=(
            *("restyle-faces", "stylegan2-faces", "styleclip-relevance", "clip-vit-b-32", "style-toonify"),
            *(f"style-{name}" for name in NADA),
        ),
        sliders="faces",
    ),
    Domain(
        "cars",
        "Cars",
        faces=False,
        model=("hyperstyle-cars", "w-encoder-cars"),
        tools=FIGURES,
        published=hyperstyle_options(512, "cars", FFHQ_LAYERS[:-2]),
        adds=("stylegan2-cars", "ganspace-cars", "clip-vit-b-32"),
        sliders="cars",
    ),
    Domain(
        "wild",
        "Wild animals",
        faces=False,
        model=("hyperstyle-wild", "w-encoder-wild"),
        tools=FIGURES,
        published=hyperstyle_options(512, "afhq_wild", FFHQ_LAYERS[:-2]),
        adds=("stylegan2-wild", "clip-vit-b-32"),
    ),
    Domain(
        "faces-hyperinverter",
        "Faces (HyperInverter)",
        faces=True,
        model=("hyperinverter-faces", "hyperinverter-w-encoder-faces", "nvidia-stylegan2-faces"),
        tools=FACES + FIGURES,
        published=hyperinverter_options(1024, "LayerWiseEncoder", "ffhq"),
        kind="hyperinverter",
        sliders="faces",  # NVIDIA's own file of the very StyleGAN2, whose W its authors edit along the same directions
    ),
    Domain(
        "churches",
        "Churches",
        faces=False,
        model=("hyperinverter-churches", "hyperinverter-w-encoder-churches", "nvidia-stylegan2-churches"),
        tools=FIGURES,
        published=hyperinverter_options(256, "ResNetLayerWiseEncoder", "church"),
        kind="hyperinverter",
    ),
)

DOMAINS: Mapping[str, Domain] = MappingProxyType({domain.name: domain for domain in _ALL})
EMBEDDED = DOMAINS["faces-lite"]
