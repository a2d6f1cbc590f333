"""The one table of methods: on which domains each makes sense, and that it does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hyperstyle.bulk.result_files import invert_into
from hyperstyle.comparison.comparing import compare
from hyperstyle.comparison.report import Report
from hyperstyle.comparison.rows import RowStore
from hyperstyle.domain_table import DOMAINS
from hyperstyle.editing.directions import Direction, Edit
from hyperstyle.editing.ganspace import components_of, numbered_directions
from hyperstyle.editing.styles import open_style
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import METHODS, Preset, default_method, method_for, methods_of
from hyperstyle.inverter import Inverter
from hyperstyle.networks.generator import OffsetMode
from hyperstyle.networks.published_models import HyperStyleModel, Options
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import read_photo
from hyperstyle.weights.catalogue import WEIGHTS
from tests.drawing import draw
from tests.weights import published_files as files

PHOTO = EXAMPLES / "female_080.jpg"
CHURCHES = DOMAINS["churches"]


def test_every_domain_has_what_its_model_was_made_for_and_no_other_hypernetwork() -> None:
    hypernetworks = {"hyperstyle", "hyperinverter"}
    for domain in DOMAINS.values():
        methods = methods_of(domain)
        assert hypernetworks & methods.keys() == {default_method(domain).name}
        assert methods.keys() >= {
            "w-encoder",
            f"{domain.hypernetwork}-polish",
            "projection",
            "projection-plus",
            "pivotal",
        }
        assert ("restyle" in methods) == (domain.name == "faces")


@pytest.mark.parametrize(
    ("name", "said"),
    [("hyperstyle", "HyperStyle is not for Churches: choose"), ("restyle", "not for"), ("magic", "no method 'magic'")],
)
def test_a_method_that_does_not_suit_is_told_with_those_that_do(name: str, said: str) -> None:
    with pytest.raises(StudioError, match=said) as refused:
        method_for(CHURCHES, name)
    assert "hyperinverter" in str(refused.value)


def test_presets_are_few_steps_and_those_of_the_papers() -> None:
    fast = {name: method.with_preset(Preset.FAST).steps for name, method in METHODS.items()}
    published = {name: method.with_preset(Preset.PUBLISHED).steps for name, method in METHODS.items()}
    polishes = {"hyperstyle-polish": 24, "hyperinverter-polish": 24}
    loops = {"w-encoder": 0, "hyperstyle": 5, "restyle": 5, "hyperinverter": 1}
    # Rows of comparisons go by these numbers: others would have them all made again.
    assert fast == loops | polishes | {"projection": 100, "projection-plus": 100, "pivotal": 100}
    assert published == loops | polishes | {"projection": 1000, "projection-plus": 1000, "pivotal": 800}


@pytest.mark.parametrize("name", list(methods_of(CHURCHES)))
def test_methods_run_where_offsets_are_added_and_what_is_saved_draws_the_last_picture(
    name: str, churches: Inverter, tmp_path: Path
) -> None:
    method, expected = method_for(CHURCHES, name), {"w-encoder": 1, "hyperinverter": 2, "hyperinverter-polish": 4}
    prepared = churches.crop(PHOTO)
    made = invert_into(tmp_path, churches, prepared, method, 2)
    assert [step.index for step in made.steps] == list(range(expected.get(name, 3)))
    saved = Inversion.open(tmp_path / "inversion.safetensors")
    assert saved.offset_mode is OffsetMode.ADDED
    seen = read_photo(tmp_path / f"step-{made.steps[-1].index}.png").pixels.astype(float)
    assert np.abs(draw(churches.model, saved) - seen).mean() < 0.5


def test_one_pass_is_all_however_many_are_asked_for(churches: Inverter) -> None:
    first, second = churches.steps(PHOTO, steps=5)
    assert not first.inversion.offsets
    assert torch.equal(first.inversion.codes, second.inversion.codes)
    assert (first.pixels != second.pixels).any()


@pytest.fixture(scope="module")
def added(churches: Inverter, tmp_path_factory: pytest.TempPathFactory) -> Inversion:
    """An inversion whose offsets are added, from its file."""
    folder = tmp_path_factory.mktemp("added")
    invert_into(folder, churches, churches.crop(PHOTO), default_method(CHURCHES), 1)
    return Inversion.open(folder / "inversion.safetensors")


def test_offsets_of_one_kind_are_refused_by_a_generator_of_the_other(
    added: Inversion, churches: Inverter, inverter: Inverter, tmp_path: Path
) -> None:
    with pytest.raises(StudioError, match=r"are added, but .* churches needs offsets that are multiplied"):
        added.on(inverter.model.generator)
    prepared = inverter.crop(PHOTO)
    multiplied = invert_into(tmp_path, inverter, prepared, METHODS["hyperstyle"], 1)
    with pytest.raises(StudioError, match=r"are multiplied, but .* faces needs offsets that are added"):
        multiplied.on(churches.model.generator)


def test_directions_and_components_edit_what_hyperinverter_found(added: Inversion, churches: Inverter) -> None:
    generator = churches.model.generator
    direction = Direction("age", "Age", "younger", "older", torch.randn(512), (0, generator.n_styles))
    component = numbered_directions(lambda: components_of(churches.model.mapping, 2), 2, generator.n_styles)[1]
    plain = draw(churches.model, added)
    assert (draw(churches.model, added, [Edit(direction, 0), Edit(component, 0)]) == plain).all()
    for edit in (Edit(direction, 2.0), Edit(component, 2.0)):
        move = 2.0 * edit.direction.move(generator.n_styles)
        with torch.no_grad():
            moved = generator(added.codes + move, added.offsets)[0]
        expected = ((moved.clamp(-1, 1) + 1) * 127.5).permute(1, 2, 0).numpy()
        picture = draw(churches.model, added, [edit])
        assert (picture != plain).any()
        assert np.abs(picture - expected).max() < 1


@pytest.fixture
def faces(inverter: Inverter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inverter:
    """Faces of 256 pixels, the least that published files are of, and the file of a ReStyle-e4e for them."""
    torch.manual_seed(0)
    options = Options(256, "SharedWeightsHyperNetResNet", "ffhq_hypernet", (4, 14))
    model = HyperStyleModel(options).eval().requires_grad_(False)
    model.lpips = inverter.model.lpips
    content = files.content_of_restyle(256, "ResNetProgressiveBackboneEncoder")
    (tmp_path / "weights").mkdir()
    torch.save(content, tmp_path / "weights" / WEIGHTS["restyle-faces"].filename)
    torch.save(files.content_of_generator(256), tmp_path / "weights" / WEIGHTS["style-anime"].filename)
    monkeypatch.setenv("HYPERSTYLE_WEIGHTS", str(tmp_path / "weights"))
    return Inverter(DOMAINS["faces"], model, inverter.face_finder, inverter.evaluator)


def test_restyle_is_compared_opened_once_and_leaves_what_can_be_edited_and_stylized(
    faces: Inverter, tmp_path: Path
) -> None:
    restyle = replace(method_for(faces.domain, "restyle"), steps=1)
    methods = [METHODS["w-encoder"], restyle]
    store = RowStore(tmp_path / "photos")
    report = Report(faces.domain, methods, store)
    for progress in compare(faces, {"photo": PHOTO}, methods, store):
        report.add(progress.row)
    report.write(tmp_path)
    assert "| ReStyle-e4e | 1 of 1 |" in (tmp_path / "table.md").read_text()
    assert len(progress.row.steps) == 2
    brought = faces.model_of_method(restyle)
    assert brought is faces.model_of_method(restyle)
    assert brought.generator is faces.model.generator

    prepared = faces.crop(PHOTO)
    invert_into(tmp_path / "out", faces, prepared, restyle, 1)
    saved = Inversion.open(tmp_path / "out" / "inversion.safetensors")
    assert (saved.method, saved.codes.shape) == ("restyle", (1, 14, 512))
    plain = draw(faces.model, saved)
    assert (plain == read_photo(tmp_path / "out" / "step-1.png").pixels).mean() > 0.99
    age = Direction("age", "Age", "younger", "older", torch.randn(512), (0, faces.model.generator.n_styles))
    assert (draw(faces.model, saved, [Edit(age, 3.0)]) != plain).any()
    style = open_style(faces.domain, "anime")
    assert style.generator is not None
    with torch.no_grad():
        expected = ((style.generator(saved.codes)[0].clamp(-1, 1) + 1) * 127.5).permute(1, 2, 0).numpy()
    assert np.abs(draw(*style.apply(faces.model, saved)) - expected).max() < 1


def test_a_model_that_a_method_brings_is_asked_for_when_it_is_chosen(faces: Inverter, tmp_path: Path) -> None:
    file = tmp_path / "weights" / WEIGHTS["restyle-faces"].filename
    file.write_bytes(b"no weights")
    crop = faces.crop(PHOTO)
    faces.invert(crop, method="w-encoder")
    with pytest.raises(StudioError, match=file.name):
        faces.invert(crop, method="restyle")
