"""Metrics of pictures against photos."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.metrics.identity import SAME_PERSON, FaceIdentity
from hyperstyle.metrics.photo_metrics import MetricsEvaluator
from hyperstyle.networks.lpips import Lpips
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.crop import crop_face
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.reading import read_photo
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder(weight_file("dlib-landmarks"))


@pytest.fixture(scope="module")
def lpips() -> Lpips:
    return load_lpips(weight_file("lpips-alexnet"))


@pytest.fixture(scope="module")
def measure(finder: FaceFinder, lpips: Lpips) -> MetricsEvaluator:
    return MetricsEvaluator(lpips, FaceIdentity(finder, weight_file("dlib-identity")))


@pytest.fixture(scope="module")
def people(finder: FaceFinder) -> Tensor:
    """[2, 3, 256, 256]: two people, as the networks see them."""
    paths = (EXAMPLES / "female_080.jpg", EXAMPLES / "male_090.jpg")
    return torch.cat([to_tensor(crop_face(read_photo(path), finder).pixels(256, 256)) for path in paths])


def test_a_photo_is_like_itself(measure: MetricsEvaluator, people: Tensor) -> None:
    for figures in measure.against(people)(people):
        assert figures.l2 == 0
        assert figures.lpips == pytest.approx(0, abs=1e-5)
        assert figures.ms_ssim == pytest.approx(1, abs=1e-5)
        assert figures.identity == 0


def test_another_person_is_further_away_than_a_blurred_self(measure: MetricsEvaluator, people: Tensor) -> None:
    blurred = F.interpolate(F.avg_pool2d(people, 4), scale_factor=4.0, mode="bilinear")
    likeness = measure.against(people)
    for self, other in zip(likeness(blurred), likeness(people.flip(0)), strict=True):
        assert 0 < self.l2 < other.l2
        assert 0 < self.lpips < other.lpips
        assert 1 > self.ms_ssim > other.ms_ssim
        assert self.identity is not None
        assert other.identity is not None
        assert self.identity < SAME_PERSON < other.identity


def test_figures_are_those_of_pictures_as_they_are_seen(
    measure: MetricsEvaluator, lpips: Lpips, people: Tensor
) -> None:
    large = F.interpolate(people * 3, scale_factor=2.0)  # too large, and beyond [-1, 1]
    figures, _ = measure.against(people)(large)
    seen = (people * 3).clamp(-1, 1)
    assert figures.l2 == pytest.approx(F.mse_loss(seen[0], people[0]).item(), rel=1e-4)
    assert figures.lpips == pytest.approx(lpips(seen, people)[0].item(), rel=1e-3)


def test_multi_scale_similarity_is_as_published(measure: MetricsEvaluator, people: Tensor) -> None:
    noisy = people + 0.2 * torch.randn(people.shape, generator=torch.Generator().manual_seed(0))
    figures, _ = measure.against(people)(noisy)
    pair = torch.stack((people[0], noisy[0].clamp(-1, 1))) * 127.5 + 127.5
    assert figures.ms_ssim == pytest.approx(published_similarity(pair), abs=1e-4)


def published_similarity(pair: Tensor) -> float:
    """MS-SSIM (Wang et al., 2003) of two pictures [2, 3, H, W] in 0..255, formula by formula, in 64 bits."""
    x = torch.arange(11.0, dtype=torch.float64) - 5
    window = torch.exp(-(x**2) / (2 * 1.5**2))
    window = (window / window.sum()).outer(window / window.sum())[None, None]

    def mean(picture: Tensor) -> Tensor:
        return F.conv2d(picture[:, None], window)

    one, other = pair.double()
    result = torch.ones(3, dtype=torch.float64)
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        m1, m2 = mean(one), mean(other)
        v1, v2, both = mean(one**2) - m1**2, mean(other**2) - m2**2, mean(one * other) - m1 * m2
        similarity = (2 * both + (0.03 * 255) ** 2) / (v1 + v2 + (0.03 * 255) ** 2)
        if scale == 4:
            similarity = similarity * (2 * m1 * m2 + (0.01 * 255) ** 2) / (m1**2 + m2**2 + (0.01 * 255) ** 2)
        result *= similarity.mean((1, 2, 3)) ** weight
        one, other = F.avg_pool2d(one, 2), F.avg_pool2d(other, 2)
    return result.mean().item()


def test_without_a_face_there_is_no_identity(measure: MetricsEvaluator, people: Tensor) -> None:
    wall = torch.full((1, 3, 256, 256), 0.3)
    (lost,) = measure.against(people[:1])(wall)
    (never,) = measure.against(wall)(people[:1])
    assert lost.identity is None
    assert never.identity is None
    assert math.isfinite(lost.l2 + lost.lpips + lost.ms_ssim)


def test_pictures_of_other_shapes_and_without_identity(lpips: Lpips) -> None:
    cars = torch.rand(1, 3, 192, 256) * 2 - 1
    (figures,) = MetricsEvaluator(lpips, None).against(cars)(torch.rand(1, 3, 384, 512))
    assert figures.identity is None
    assert 0 < figures.ms_ssim < 1


def test_pixels_survive_the_way_into_the_networks_and_out(people: Tensor) -> None:
    pixels = to_pixels(people[0])
    assert (to_pixels(to_tensor(pixels)[0]) == pixels).all()
    assert to_pixels(torch.tensor([-9.0, 9.0, 0.0]).view(3, 1, 1)).flatten().tolist() == [0, 255, 128]
