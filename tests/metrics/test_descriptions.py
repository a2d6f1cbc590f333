"""Labels by which portraits are described: they follow what is changed in a real picture of a generated face."""

import numpy as np
import pytest
import torch
from torch import Tensor

from hyperstyle.editing.person import person_in
from hyperstyle.metrics.attribute_hair import hair_length
from hyperstyle.metrics.attribute_mesh import LEFT_EYE, RIGHT_EYE, FaceMesh
from hyperstyle.metrics.attribute_networks import AttributeNetworks
from hyperstyle.metrics.attribute_objects import Objects
from hyperstyle.metrics.attribute_scene import NOBODY, Scene, scene_of
from hyperstyle.metrics.attributes import LABELS, Labeller
from hyperstyle.metrics.descriptions import DESCRIBED, Describer
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.core.generated_pictures import full_renderer
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    networks = AttributeNetworks(weight_file("age-net"), weight_file("gender-net"), weight_file("emotion-net"))
    return Labeller(weight_file("dlib-landmarks"), networks)


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh(weight_file("face-mesh"))


@pytest.fixture(scope="module")
def describer(labeller: Labeller, mesh: FaceMesh) -> Describer:
    weight_file("selfie-segmenter")
    return Describer(labeller, mesh, Objects(weight_file("object-net")), person_in)


@pytest.fixture(scope="module")
def face(generator: MobileGenerator, code: Tensor) -> Pixels:
    """A picture [256, 256, 3] of an ordinary face."""
    with torch.inference_mode():
        return to_pixels(full_renderer(generator, torch.device("cpu"))(code))


@pytest.fixture(scope="module")
def scene(face: Pixels, labeller: Labeller, mesh: FaceMesh) -> Scene:
    weight_file("selfie-segmenter")
    return scene_of(face, person_in(face), labeller.landmarks(face), mesh(face).points[:, :2])


def labels(describer: Describer, pixels: Pixels) -> dict[str, float]:
    return dict(zip(DESCRIBED, describer.labels(pixels).tolist(), strict=True))


def test_two_networks_find_the_same_eyes(face: Pixels, labeller: Labeller, mesh: FaceMesh) -> None:
    corners = labeller.landmarks(face)[[36, 45]]
    assert np.abs(mesh(face).points[[LEFT_EYE, RIGHT_EYE], :2] - corners).max() < 5


def test_what_directions_follow_comes_first_and_as_it_is(
    face: Pixels, labeller: Labeller, describer: Describer
) -> None:
    assert DESCRIBED[: len(LABELS)] == LABELS
    assert np.array_equal(describer.labels(face)[: len(LABELS)], labeller.labels(face))


def test_another_background_is_seen_and_the_hair_stays(face: Pixels, describer: Describer) -> None:
    nobody = person_in(face) < NOBODY
    painted = {}
    for name, colour in {
        "white": (255, 255, 255),
        "black": (0, 0, 0),
        "blue": (0, 0, 255),
        "green": (0, 160, 0),
    }.items():
        picture = face.copy()
        picture[nobody] = colour
        painted[name] = labels(describer, picture)
    assert painted["white"]["light-background"] > 240 > 15 > painted["black"]["light-background"]
    for name in ("blue", "green"):
        label = f"{name}-background"
        assert painted[name][label] == max(one[label] for one in painted.values())
        assert painted[name]["colourful-background"] > painted["white"]["colourful-background"] + 20
    assert painted["white"]["bangs"] == pytest.approx(painted["blue"]["bangs"], abs=0.05)


def test_hair_that_goes_on_down_is_longer(scene: Scene) -> None:
    def with_hair_to(bottom: float) -> Scene:
        hairy = (np.abs(scene.x) < 2) & (scene.y < bottom) & ~scene.face
        colours = np.where(hairy[..., None], scene.hair, np.array((235, 128, 128), np.float32))
        colours[scene.face] = scene.skin
        return Scene(colours, scene.luma, scene.frame, np.ones_like(scene.x), scene.x, scene.y, scene.face, scene.mesh)

    lengths = [hair_length(with_hair_to(bottom), side=1) for bottom in (0.0, 1.0, 2.5)]
    assert lengths == sorted(lengths)
    assert lengths[2] > lengths[0] + 1


def test_a_dark_forehead_is_bangs_and_lighter_brows_are_seen(
    face: Pixels, describer: Describer, mesh: FaceMesh
) -> None:
    brows = mesh(face).points[[63, 105, 66, 293, 334, 296], :2]
    top, bottom = (int(value) for value in (brows[:, 1].min() - 6, brows[:, 1].max() + 10))
    left, right = (int(value) for value in (brows[:, 0].min(), brows[:, 0].max()))
    before = labels(describer, face)
    fringe, pale = face.copy(), face.copy()
    fringe[top - 40 : top, left:right] = 20
    assert labels(describer, fringe)["bangs"] > before["bangs"] + 0.2
    window = pale[top:bottom, left:right]
    pale[top:bottom, left:right] = np.maximum(window, np.median(window, (0, 1)).astype(np.uint8))
    assert labels(describer, pale)["thick-brows"] < before["thick-brows"]


def test_a_picture_without_background_says_nothing_of_it(face: Pixels, labeller: Labeller, mesh: FaceMesh) -> None:
    everywhere = Describer(
        labeller, mesh, Objects(weight_file("object-net")), lambda pixels: np.ones(pixels.shape[:2], np.float32)
    )
    found = labels(everywhere, face)
    assert np.isnan(found["light-background"])
    assert np.isnan(found["colourful-background"])
    assert np.isfinite(found["hair-length"])
