"""NVIDIA's generators from their own files, whichever program wrote them, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hyperstyle.errors import StudioError
from hyperstyle.networks.stylegan2 import Design, StyleGan2
from hyperstyle.weights import conversion, published_layouts
from hyperstyle.weights.model_loading import load
from tests.weights import nvidia_files
from tests.weights import published_files as files

CONTENT = files.content_of_nvidia(256, base=16384, most=256, mapping=2)
TENSORS, ARGUMENTS = CONTENT["G_ema"], CONTENT["init_kwargs"]
DESIGN = Design(channel_base=16384, channel_max=256, mapping_layers=2, conv_clamp=256, equalised=False)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> StyleGan2:
    """The generator from a checkpoint."""
    return load(StyleGan2, *files.saved(tmp_path_factory.mktemp("nvidia"), generator=CONTENT))


def assert_same(found: StyleGan2, expected: StyleGan2) -> None:
    state = expected.state_dict()
    assert found.state_dict().keys() == state.keys()
    assert all(torch.equal(tensor, state[name]) for name, tensor in found.state_dict().items())
    assert [layer.shape for layer in found.layer_list()] == [layer.shape for layer in expected.layer_list()]


def test_the_design_is_that_of_the_file(expected: StyleGan2) -> None:
    assert {layer.shape.design for layer in expected.layer_list()} == {DESIGN}
    assert len(expected.mapping) == 2
    layer = expected.layer_list()[14]
    name = "synthesis.b128.conv0"
    assert torch.equal(layer.weight, TENSORS[f"{name}.weight"])
    assert torch.equal(layer.style.bias, TENSORS[f"{name}.affine.bias"])
    picture = expected(expected.mapping(torch.randn(1, 512)))
    assert picture.shape == (1, 3, 256, 256)
    assert picture.isfinite().all()


@pytest.mark.parametrize("write", [nvidia_files.ada, nvidia_files.repackaged])
def test_pickles_of_both_programs_hold_the_same(tmp_path: Path, expected: StyleGan2, write: Any) -> None:
    assert_same(load(StyleGan2, write(tmp_path / "network.pkl", TENSORS, ARGUMENTS)), expected)


def test_older_pickles_are_read(tmp_path: Path, expected: StyleGan2) -> None:
    assert_same(load(StyleGan2, nvidia_files.ada(tmp_path / "network.pkl", TENSORS, ARGUMENTS, protocol=3)), expected)


def test_networks_of_tensorflow_are_turned(tmp_path: Path) -> None:
    content = files.content_of_nvidia(256, clamp=0)
    arguments = content["init_kwargs"] | {"conv_clamp": None}
    (checkpoint,) = files.saved(tmp_path, generator=content | {"init_kwargs": arguments})
    found = load(StyleGan2, nvidia_files.tensorflow(tmp_path / "ffhq.pkl", content["G_ema"], 256))
    expected = load(StyleGan2, checkpoint)
    state = expected.state_dict()
    for name, tensor in found.state_dict().items():
        torch.testing.assert_close(tensor, state[name], rtol=0, atol=1e-6)  # 1 is taken off and put back
    assert found.layer_list()[2].shape == expected.layer_list()[2].shape


def test_a_pickle_is_converted(tmp_path: Path, expected: StyleGan2) -> None:
    out = tmp_path / "network.safetensors"
    conversion.convert([nvidia_files.ada(tmp_path / "network.pkl", TENSORS, ARGUMENTS)], out)
    assert_same(load(StyleGan2, out), expected)


@pytest.mark.parametrize(
    ("argument", "value", "said"),
    [
        ("c_dim", 10, "with c_dim 10; this program knows only 0"),
        ("architecture", "resnet", "with architecture resnet"),
        ("freeze_layers", 3, "built with freeze_layers"),
        ("img_resolution", 128, "makes pictures of 128 pixels"),
        ("mapping_layers", 8, r"mapping\.fc2\.bias and 11 more is missing"),
        ("channel_max", 512, "has shape"),
    ],
)
def test_other_networks_are_refused(tmp_path: Path, argument: str, value: object, said: str) -> None:
    changed = CONTENT | {"init_kwargs": ARGUMENTS | {argument: value}}
    with pytest.raises(StudioError, match=said):
        published_layouts.combine(files.saved(tmp_path, generator=changed))


def test_a_generator_without_its_arguments_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="init_kwargs is missing"):
        published_layouts.combine(files.saved(tmp_path, generator={"G_ema": TENSORS}))


@pytest.mark.parametrize("content", [{"G": None}, (), ("text",), [np.ones(3, np.float32)]])
def test_pickles_without_a_generator_are_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(StudioError, match=r"odd\.pkl holds no generator"):
        published_layouts.combine([nvidia_files.dumped(tmp_path / "odd.pkl", content)])


def test_another_network_of_nvidias_is_refused(tmp_path: Path) -> None:
    tensors = {"synthesis.L0_36_512.weight": torch.ones(2, 2)}
    path = nvidia_files.ada(tmp_path / "stylegan3.pkl", tensors, ARGUMENTS)
    with pytest.raises(StudioError, match=r"stylegan3\.pkl holds a Generator where a StyleGAN2 generator is needed"):
        published_layouts.combine([path])
