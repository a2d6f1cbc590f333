"""LPIPS with VGG-16, against torchvision's network and the formula of the paper."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.models import vgg16

from hyperstyle.metrics.lpips_vgg import LpipsVgg
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.crop import crop_middle
from hyperstyle.photo.reading import read_photo
from hyperstyle.photo.tensors import to_tensor
from hyperstyle.weights.lpips_loading import load_lpips_vgg
from tests.weights_at_hand import weight_file

COMPARED = (3, 8, 15, 22, 29)  # layers of torchvision's features: the last ReLU before each pooling


@pytest.fixture(scope="module")
def lpips() -> LpipsVgg:
    return load_lpips_vgg(weight_file("lpips-vgg16"))


@pytest.fixture(scope="module")
def people() -> Tensor:
    """[2, 3, 96, 96]: two photos."""
    paths = (EXAMPLES / "female_080.jpg", EXAMPLES / "male_090.jpg")
    return torch.cat([to_tensor(crop_middle(read_photo(path)).pixels(96, 96)) for path in paths])


def published_distance(lpips: LpipsVgg, one: Tensor, other: Tensor) -> float:
    """The distance of pictures [3, H, W], with torchvision's VGG-16 and the published constants."""
    features = vgg16(weights=None).features
    convolutions = [layer for layer in features if isinstance(layer, torch.nn.Conv2d)]
    for layer, loaded in zip(convolutions, lpips.layers, strict=True):
        layer.load_state_dict(loaded.state_dict())
    mean, deviation = torch.tensor((0.485, 0.456, 0.406)), torch.tensor((0.229, 0.224, 0.225))
    x = (torch.stack((one, other)) / 2 + 0.5 - mean[:, None, None]) / deviation[:, None, None]
    total = 0.0
    for index, layer in enumerate(features[:30]):
        x = layer(x)
        if index in COMPARED:
            a, b = F.normalize(x)
            weights = lpips.importance[COMPARED.index(index)]
            total += float(((a - b) ** 2 * weights[:, None, None]).sum(0).mean())
    return total


@torch.no_grad()
def test_it_is_the_published_distance(lpips: LpipsVgg, people: Tensor) -> None:
    one, other = people
    assert float(lpips(people[:1], people[1:])) == pytest.approx(published_distance(lpips, one, other), rel=1e-2)
    assert float(lpips(people[:1], people[:1])) == pytest.approx(0, abs=1e-6)


def test_blur_counts_for_more_than_the_light(lpips: LpipsVgg, people: Tensor) -> None:
    blurred = F.avg_pool2d(people, 5, stride=1, padding=2, count_include_pad=False)
    darker = people - (people - blurred).square().mean().sqrt()
    assert (lpips(blurred, people) > 2 * lpips(darker, people)).all()
    assert (lpips(people, people.flip(0)) > lpips(blurred, people)).all()
