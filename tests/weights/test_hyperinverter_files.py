"""HyperInverter from its three files: faces and churches, every width, and what does not belong together."""

from pathlib import Path

import numpy as np
import pytest
import torch

from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import invert
from hyperstyle.networks.published_models import HyperInverterModel
from hyperstyle.weights import conversion, parity, published_layouts
from hyperstyle.weights.model_loading import load
from tests.weights import nvidia_files
from tests.weights import published_files as files

Contents = dict[str, files.Content]
CHURCH = ("ResNetLayerWiseEncoder", "church_encode")


def contents_of(hidden: int, encoder_type: str, dataset_type: str, target: str = "conv_without_bias") -> Contents:
    return {
        "hyperinverter": files.content_of_hyperinverter(256, hidden, encoder_type, dataset_type, target),
        "w_encoder": files.content_of_hyperinverters_w_encoder(dataset_type),
        "generator": files.content_of_nvidia(256),
    }


@pytest.fixture(scope="module")
def churches() -> Contents:
    return contents_of(16, *CHURCH)


def refusal(folder: Path, contents: Contents) -> str:
    with pytest.raises(StudioError) as caught:
        published_layouts.combine(files.saved(folder, **contents))
    return str(caught.value)


def with_tensors(content: files.Content, tensors: dict[str, torch.Tensor]) -> files.Content:
    return content | {"state_dict": content["state_dict"] | tensors}


@pytest.mark.parametrize("options", [(16, *CHURCH), (24, "LayerWiseEncoder", "ffhq_encode")])
def test_models_of_either_trunk_and_any_width_load_and_invert(tmp_path: Path, options: tuple[int, str, str]) -> None:
    contents = contents_of(*options)
    model = load(HyperInverterModel, *files.saved(tmp_path, **contents))
    first, second = invert(model, torch.rand(1, 3, 256, 256) * 2 - 1, steps=1)
    assert not first.offsets
    assert list(second.offsets) == list(range(20))
    assert second.picture.shape == (1, 3, 256, 256)
    assert second.picture.isfinite().all()
    assert not torch.allclose(first.picture, second.picture)
    assert torch.equal(model.latent_avg[3], contents["generator"]["G_ema"]["mapping.w_avg"])


def test_pictures_layers_may_be_left_as_they_are(tmp_path: Path) -> None:
    contents = contents_of(8, *CHURCH, "conv_without_bias_without_torgb")
    model = load(HyperInverterModel, *files.saved(tmp_path, **contents))
    assert list(model.hypernetwork.map_indices) == [layer for layer in range(20) if layer % 3 != 1]


def test_a_converted_model_is_the_same(tmp_path: Path, churches: Contents) -> None:
    paths = files.saved(tmp_path, **churches)
    conversion.convert(paths, tmp_path / "churches.safetensors")
    before, after = load(HyperInverterModel, *paths), load(HyperInverterModel, tmp_path / "churches.safetensors")
    assert after.options == before.options
    expected = before.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in after.state_dict().items())


def test_a_folder_of_it_is_told_apart_and_every_array_compared(tmp_path: Path, churches: Contents) -> None:
    generator = churches["generator"]
    path = nvidia_files.ada(tmp_path / "generator.pkl", generator["G_ema"], generator["init_kwargs"])
    others = files.saved(tmp_path, hyperinverter=churches["hyperinverter"], w_encoder=churches["w_encoder"])
    model = load(HyperInverterModel, path, *others)
    photo = parity.photo(model)
    first, second = invert(model, photo, steps=1)
    maps = model.encoder(photo)[0]
    arrays = {
        "code": first.codes[0, 0],
        "image_0": torch.nn.functional.avg_pool2d(first.picture[0], 4),
        "image_1": torch.nn.functional.avg_pool2d(second.picture[0], 4),
        "w_bar_code": maps[:, :, 0, 0],
        "weight_b4.torgb.weight": second.offsets[1][0].reshape(3, -1)[:, :16],
        "weight_b256.conv0.weight": second.offsets[17][0].reshape(128, -1)[:8, :16],
    }
    np.savez(tmp_path / "expected.npz", **{name: array.numpy() for name, array in arrays.items()})
    found = {
        agreement.name: agreement
        for agreement in parity.check(tmp_path, tmp_path / "expected.npz", torch.device("cpu"))
    }
    assert found.keys() == arrays.keys()
    assert all(agreement.holds for agreement in found.values())


def test_what_only_training_needs_is_left_aside(tmp_path: Path, churches: Contents) -> None:
    judge = {"discriminator.b4.out.weight": torch.ones(1, 512)}
    encoder = {f"w_{name}": tensor for name, tensor in churches["w_encoder"]["state_dict"].items()}
    decoder = {"decoder.conv1.conv.weight": torch.ones(1, 3)}
    more = {
        "hyperinverter": with_tensors(churches["hyperinverter"], judge | encoder) | {"encoder_optimizer": {}},
        "w_encoder": with_tensors(churches["w_encoder"], decoder),
    }
    load(HyperInverterModel, *files.saved(tmp_path, **churches | more))
    other = encoder | {"w_encoder.linear.bias": encoder["w_encoder.linear.bias"] + 1}
    said = refusal(tmp_path, churches | {"hyperinverter": with_tensors(churches["hyperinverter"], other)})
    assert "w_encoder.linear.bias of hyperinverter.pt differs from the tensor that it should be a copy of" in said


def test_what_is_missing_or_unknown_is_named(tmp_path: Path, churches: Contents) -> None:
    head = "hypernet.weight_regressors.b8_conv0_weight.w1"
    changed = with_tensors(churches["hyperinverter"], {})
    del changed["state_dict"][head]
    assert f"incomplete: {head} is missing" in refusal(tmp_path, churches | {"hyperinverter": changed})
    changed = with_tensors(churches["hyperinverter"], {"w_bar_encoder.styles.14.convs.0.bias": torch.ones(512)})
    assert "w_bar_encoder.styles.14.convs.0.bias" in refusal(tmp_path, churches | {"hyperinverter": changed})
    faces = files.content_of_hyperinverters_w_encoder("ffhq_encode")
    assert "encoder.bn1.bias" in refusal(tmp_path, churches | {"w_encoder": faces})
    assert "synthesis.b512" in refusal(tmp_path, churches | {"generator": files.content_of_nvidia(512)})


@pytest.mark.parametrize(
    ("option", "value"),
    [("encoder_type", "GradualStyleEncoder"), ("target_shape_name", "all_without_bias"), ("output_size", 128)],
)
def test_options_that_are_not_understood_are_named(
    tmp_path: Path, churches: Contents, option: str, value: object
) -> None:
    opts = churches["hyperinverter"]["opts"] | {option: value}
    said = refusal(tmp_path, churches | {"hyperinverter": churches["hyperinverter"] | {"opts": opts}})
    assert f"{option} {value}" in said
