"""Frechet distances."""

import torch
from torch import Tensor

from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.paths import ASSETS
from hyperstyle.training.animals.auto_decoder import AnimalTraining
from hyperstyle.training.animals.evaluation import FeatureStatistics, distances
from hyperstyle.training.animals.features import load_features
from hyperstyle.training.core.generated_pictures import preview_renderer
from hyperstyle.weights.assets import load_shipped
from tests.weights_at_hand import weight_file


def statistics(numbers: Tensor) -> FeatureStatistics:
    return FeatureStatistics(numbers.double().mean(0), torch.cov(numbers.double().T))


def test_it_is_none_to_the_same_and_the_squared_shift_to_the_shifted(cloud: Tensor) -> None:
    ours = statistics(cloud)
    assert abs(ours.distance(ours)) < 1e-3
    assert abs(ours.distance(statistics(cloud + 2)) - 6 * 4) < 0.1


def test_spread_counts_too(cloud: Tensor) -> None:
    ours, wider = statistics(cloud), statistics(cloud * 1.5)
    wanted = (cloud.mean(0) * 0.5).square().sum() + 0.25 * ours.covariance.trace()
    assert abs(ours.distance(wider) - float(wanted)) < 0.01 * float(wanted)


def test_generated_faces_are_told_from_the_photos(training: AnimalTraining, generator: MobileGenerator) -> None:
    draw = preview_renderer(generator, load_shipped(PreviewHead(), ASSETS / "preview.safetensors"), torch.device("cpu"))
    (line,) = distances(training, draw, {"MobileNetV2": load_features(weight_file("mobilenet-v2")).pooled}, 128, 6)
    name, figures = line.split(": ")
    faces, _, halves = (float(figure.split()[1]) for figure in figures.split(", "))
    assert name == "MobileNetV2"
    assert halves < faces


def test_pictures_with_noise_are_further_the_more_of_it_they_have() -> None:
    seen = load_features(weight_file("mobilenet-v2"))
    torch.manual_seed(0)
    pictures = torch.nn.functional.interpolate(torch.rand(40, 3, 8, 8) * 2 - 1, size=(128, 128), mode="bicubic")
    clean = FeatureStatistics.of(pictures, seen.pooled)
    distances = [
        clean.distance(FeatureStatistics.of(pictures + share * torch.randn_like(pictures), seen.pooled))
        for share in (0.0, 0.1, 0.3)
    ]
    assert distances[0] < 0.01 * distances[1]
    assert distances[1] < distances[2]
