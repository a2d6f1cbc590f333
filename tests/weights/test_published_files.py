"""Reading files in the authors' layouts: what they may hold, and what is said of those that hold something else."""

import json
from pathlib import Path

import pytest
import torch

from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import invert
from hyperstyle.networks.published_models import HyperStyleModel, ReStyleModel
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.weights import published_layouts
from hyperstyle.weights.model_loading import load
from tests.weights import published_files as files

SHARED_WEIGHTS, SEPARABLE = "SharedWeightsHyperNetResNet", "SharedWeightsHyperNetResNetSeparable"
README_LAYERS = "0,2,3,5,6,8,9,11,12,14,15,17,18,20,21,23,24"


@pytest.fixture(scope="module")
def contents() -> dict[str, files.Content]:
    """A HyperStyle file and its W-encoder's, small enough to write often."""
    return {
        "hyperstyle": files.content_of_hyperstyle(256, "4,6,15", SHARED_WEIGHTS),
        "w_encoder": files.content_of_w_encoder(256),
    }


def refusal(folder: Path, **contents: files.Content) -> str:
    """What is said when these files are read."""
    with pytest.raises(StudioError) as caught:
        published_layouts.combine(files.saved(folder, **contents))
    return str(caught.value)


def with_tensor(content: files.Content, name: str, tensor: torch.Tensor | None) -> files.Content:
    """A copy of a file's content with another tensor under a name, or none."""
    tensors = {key: value for key, value in content["state_dict"].items() if key != name}
    return content | {"state_dict": tensors | ({} if tensor is None else {name: tensor})}


@pytest.mark.parametrize("folder", ["faces", "cars", "restyle", "hyperinverter"])
def test_generated_files_have_the_authors_names_and_shapes(shared: Path, folder: str) -> None:
    layout = json.loads((shared / "reference" / folder / "layout.json").read_text())
    opts = layout["opts"]
    if folder == "restyle":
        ours = {"encoder": files.content_of_restyle(1024, opts["encoder_type"])}
    elif folder == "hyperinverter":
        dataset_type = opts["dataset_type"]
        generator = files.content_of_nvidia(opts["output_size"])
        tensors = {f"generator.{name}": tensor for name, tensor in generator["G_ema"].items()}
        assert generator["init_kwargs"] == layout["generator_kwargs"]
        ours = {
            "hyperinverter": files.content_of_hyperinverter(
                1024, opts["hidden_dim"], opts["encoder_type"], dataset_type
            ),
            "w_encoder": files.content_of_hyperinverters_w_encoder(dataset_type),
            "generator": {"state_dict": tensors},
        }
    else:
        ours = {
            "hyperstyle": files.content_of_hyperstyle(opts["output_size"], opts["layers_to_tune"], SHARED_WEIGHTS),
            "w_encoder": files.content_of_w_encoder(opts["output_size"]),
        }
    for part, content in ours.items():
        expected = {entry["name"]: entry["shape"] for entry in layout[part]}
        assert {name: list(tensor.shape) for name, tensor in content["state_dict"].items()} == expected


@pytest.mark.parametrize(
    ("size", "layers", "encoder_type"),
    [
        (256, "", SHARED_WEIGHTS),
        (256, "", SEPARABLE),
        (512, "14,15,17,18,20,21", SEPARABLE),
        (1024, README_LAYERS, SHARED_WEIGHTS),
        (1024, "", SEPARABLE),
    ],
)
def test_models_of_any_size_and_list_of_layers_load_and_refine(
    tmp_path: Path, size: int, layers: str, encoder_type: str
) -> None:
    paths = files.saved(
        tmp_path,
        hyperstyle=files.content_of_hyperstyle(size, layers, encoder_type),
        w_encoder=files.content_of_w_encoder(size),
    )
    model = load(HyperStyleModel, *paths)
    first, second = invert(model, torch.rand(1, 3, 256, 256) * 2 - 1, steps=1)
    tuned = [int(layer) for layer in layers.split(",")] if layers else range({256: 20, 512: 23, 1024: 26}[size])
    assert list(second.offsets) == list(tuned)
    assert second.picture.shape == (1, 3, size, size)
    assert second.picture.isfinite().all()
    assert not torch.allclose(first.picture, second.picture)


def test_cars_show_the_middle_of_the_picture(tmp_path: Path) -> None:
    paths = files.saved(
        tmp_path,
        hyperstyle=files.content_of_hyperstyle(512, "14,20", SHARED_WEIGHTS, "cars_hypernet"),
        w_encoder=files.content_of_w_encoder(512),
    )
    model = load(HyperStyleModel, *paths)
    *_, last = invert(model, torch.rand(1, 3, 192, 256) * 2 - 1, steps=1)
    assert last.picture.shape == (1, 3, 384, 512)
    torch.testing.assert_close(last.picture, model.generator(last.codes, last.offsets)[:, :, 64:448])


@pytest.mark.parametrize("encoder_type", ["ProgressiveBackboneEncoder", "ResNetProgressiveBackboneEncoder"])
def test_restyle_loads_with_either_trunk(tmp_path: Path, encoder_type: str) -> None:
    model = load(ReStyleModel, *files.saved(tmp_path, restyle=files.content_of_restyle(256, encoder_type)))
    photo = torch.rand(1, 3, 256, 256) * 2 - 1
    assert model.encoder(photo, photo).shape == (1, 14, 512)


def test_a_generator_alone_is_the_one_in_the_hyperstyle_file(
    tmp_path: Path, contents: dict[str, files.Content]
) -> None:
    model = load(HyperStyleModel, *files.saved(tmp_path, **contents))
    path = tmp_path / "g_ema.pt"
    # Files of that kind are older than torch's present format.
    torch.save(files.content_of_generator(256), path, _use_new_zipfile_serialization=False)
    codes = torch.randn(1, 512)
    assert torch.equal(load(StyleGan2, path)(codes), model.generator(codes))


def test_an_average_code_may_be_kept_once_for_all_styles(tmp_path: Path, contents: dict[str, files.Content]) -> None:
    once = contents["hyperstyle"] | {"latent_avg": torch.arange(512.0)}
    model = load(HyperStyleModel, *files.saved(tmp_path, **contents | {"hyperstyle": once}))
    assert torch.equal(model.latent_avg, torch.arange(512.0).expand(14, 512))


def test_the_shared_matrices_are_held_once(tmp_path: Path) -> None:
    content = files.content_of_hyperstyle(256, "5,6,8", SHARED_WEIGHTS)
    other = content["state_dict"]["hypernet.refinement_blocks.6.hypernet.b1"] + 1
    paths = files.saved(tmp_path, hyperstyle=content, w_encoder=files.content_of_w_encoder(256))
    shared = [
        name for name in load(HyperStyleModel, *paths).state_dict() if name.endswith((".w1", ".w2", ".b1", ".b2"))
    ]
    assert shared == [f"hypernetwork.shared.{leaf}" for leaf in ("w1", "b1", "w2", "b2")]
    untied = with_tensor(content, "hypernet.refinement_blocks.6.hypernet.b1", other)
    said = refusal(tmp_path, hyperstyle=untied, w_encoder=files.content_of_w_encoder(256))
    assert "hypernet.refinement_blocks.6.hypernet.b1" in said


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("hyperstyle", "hypernet.refinement_blocks.6.linear.weight"),
        ("hyperstyle", "hypernet.refinement_blocks.6.hypernet.w1"),
        ("hyperstyle", "hypernet.refinement_blocks.15.output.1.bias"),
        ("hyperstyle", "hypernet.refinement_blocks.4.output.0.weight"),
        ("hyperstyle", "decoder.to_rgbs.1.upsample.kernel"),
        ("hyperstyle", "decoder.noises.noise_3"),
        ("w_encoder", "encoder.body.3.res_layer.5.fc1.weight"),
        ("w_encoder", "decoder.conv1.noise.weight"),
    ],
)
def test_a_missing_tensor_is_named(tmp_path: Path, contents: dict[str, files.Content], file: str, name: str) -> None:
    said = refusal(tmp_path, **contents | {file: with_tensor(contents[file], name, None)})
    assert f"{file}.pt is incomplete: {name} is missing" in said


@pytest.mark.parametrize("name", ["decoder.extra", "hypernet.refinement_blocks.7.convs.0.bias", "face_pool.weight"])
def test_an_unknown_tensor_is_named(tmp_path: Path, contents: dict[str, files.Content], name: str) -> None:
    changed = with_tensor(contents["hyperstyle"], name, torch.zeros(3))
    assert f"hyperstyle.pt holds {name}" in refusal(tmp_path, **contents | {"hyperstyle": changed})


def test_a_tensor_of_another_shape_is_named(tmp_path: Path, contents: dict[str, files.Content]) -> None:
    changed = with_tensor(contents["hyperstyle"], "decoder.convs.8.conv.weight", torch.zeros(1, 512, 256, 3, 3))
    said = refusal(tmp_path, **contents | {"hyperstyle": changed})
    assert "decoder.convs.8.conv.weight of hyperstyle.pt has shape [1, 512, 256, 3, 3]" in said


def test_a_w_encoder_of_another_generator_is_refused(tmp_path: Path, contents: dict[str, files.Content]) -> None:
    constant = contents["w_encoder"]["state_dict"]["decoder.input.input"]
    changed = with_tensor(contents["w_encoder"], "decoder.input.input", constant + 1e-6)
    said = refusal(tmp_path, **contents | {"w_encoder": changed})
    assert "decoder.input.input of w_encoder.pt" in said
    assert "belong together" in said


def test_another_smoothing_filter_is_refused(tmp_path: Path, contents: dict[str, files.Content]) -> None:
    changed = with_tensor(contents["hyperstyle"], "decoder.convs.0.conv.blur.kernel", torch.ones(4, 4) / 4)
    assert "decoder.convs.0.conv.blur.kernel" in refusal(tmp_path, **contents | {"hyperstyle": changed})


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("output_size", None, "output_size"),
        ("output_size", 300, "300"),
        ("encoder_type", "ResNetHyper", "ResNetHyper"),
        ("input_nc", 3, "input_nc 3"),
        ("layers_to_tune", "5,six", "5,six"),
        ("layers_to_tune", "5,26", "5,26"),
        ("layers_to_tune", None, "layers_to_tune"),
    ],
)
def test_options_that_are_not_understood_are_named(
    tmp_path: Path, contents: dict[str, files.Content], option: str, value: object, named: str
) -> None:
    opts = {key: kept for key, kept in contents["hyperstyle"]["opts"].items() if key != option}
    changed = contents["hyperstyle"] | {"opts": opts | ({} if value is None else {option: value})}
    assert named in refusal(tmp_path, **contents | {"hyperstyle": changed})


def test_files_that_do_not_make_up_a_model_are_named(tmp_path: Path, contents: dict[str, files.Content]) -> None:
    assert "hyperstyle.pt (hyperstyle)" in refusal(tmp_path, hyperstyle=contents["hyperstyle"])
    assert "optimizer_g" in refusal(tmp_path, odd=contents["w_encoder"] | {"optimizer_g": {}})
    assert "not a checkpoint" in refusal(tmp_path, odd={"state_dict": {"fc.weight": torch.zeros(3)}})


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = files.saved(tmp_path, g_ema=files.content_of_generator(256))[0]
    with pytest.raises(StudioError, match=r"g_ema\.pt holds a StyleGan2 where a HyperStyleModel is needed"):
        load(HyperStyleModel, path)


class Harm:
    """Runs code when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_file_with_code_in_it_is_refused_and_the_code_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    path = files.saved(tmp_path, bad={"state_dict": {}, "opts": Harm(trace)})[0]
    with pytest.raises(StudioError, match=r"bad\.pt was not read because it holds more than tensors"):
        published_layouts.read(path)
    assert not trace.exists()


@pytest.mark.parametrize("text", [b"", b"not found", b"PK\x03\x04 cut short"])
def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "page.pt"
    path.write_bytes(text)
    with pytest.raises(StudioError, match=r"page\.pt"):
        published_layouts.read(path)
    with pytest.raises(StudioError, match=r"absent\.pt"):
        published_layouts.read(tmp_path / "absent.pt")
