"""From a photo to its files, with a real model of small pictures and random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from hyperstyle.bulk.result_files import invert_into
from hyperstyle.domain_table import DOMAINS, EMBEDDED
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.edits import Edits
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inverter import Inverter
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.animals import AnimalFinder
from hyperstyle.photo.crop import crop_middle
from hyperstyle.photo.quads import fitted_quad
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.photo.tensors import to_pixels
from tests.weights_at_hand import embedded_weights_at_hand

HYPERSTYLE = METHODS["hyperstyle"]


def test_detail_is_what_photo_and_generator_hold_beyond_the_networks_input(inverter: Inverter) -> None:
    embedded_weights_at_hand()
    embedded = Inverter.load(EMBEDDED, "cpu")
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3), dtype=np.uint8)
    large, small = (crop_middle(Photo(pixels)) for pixels in (noise, noise[:250, :250]))
    detail = embedded.detail([large])
    assert detail is not None
    assert detail.shape == (1, 3, 512, 512)
    assert embedded.detail([large, small]) is None
    assert inverter.detail([large]) is None, "this generator draws 64 pixels"


def test_every_step_the_photo_and_the_inversion_are_written(inverter: Inverter, tmp_path: Path) -> None:
    photo = read_photo(EXAMPLES / "female_080.jpg")
    crop = inverter.crop(photo)
    inversion = invert_into(tmp_path / "new" / "folder", inverter, crop, HYPERSTYLE, 2)

    folder = tmp_path / "new" / "folder"
    names = {"step-0.png", "step-1.png", "step-2.png", "aligned.png", "pasted.png", "inversion.safetensors"}
    assert {path.name for path in folder.iterdir()} == names
    assert [step.index for step in inversion.steps] == [0, 1, 2]
    assert inversion.photo_size == (photo.pixels.shape[1], photo.pixels.shape[0])

    pictures = {name: read_photo(folder / name).pixels for name in names if name.endswith(".png")}
    assert pictures["aligned.png"].shape == pictures["step-2.png"].shape == (64, 64, 3)
    changed = (pictures["pasted.png"] != photo.pixels).any(axis=2)
    left, top, right, bottom = crop.faces[0].box
    assert changed[int(top) : int(bottom), int(left) : int(right)].mean() > 0.9
    assert not changed[:, 0].any()


def test_the_saved_inversion_draws_the_last_picture(inverter: Inverter, tmp_path: Path) -> None:
    crop = inverter.crop(EXAMPLES / "male_090.jpg")
    invert_into(tmp_path, inverter, crop, HYPERSTYLE, 1)
    codes, offsets = Inversion.open(tmp_path / "inversion.safetensors").on(inverter.model.generator)
    with torch.no_grad():
        drawn = to_pixels(inverter.model.generator(codes, offsets)[0])
    difference = np.abs(drawn.astype(int) - read_photo(tmp_path / "step-1.png").pixels)
    assert difference.mean() < 0.1


def test_the_pictures_of_steps_carry_no_trace_of_where_the_photo_was_taken(inverter: Inverter, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera"
    with Image.open(EXAMPLES / "male_090.jpg") as image:
        image.save(tmp_path / "photo.jpg", exif=exif)
    invert_into(tmp_path, inverter, inverter.crop(tmp_path / "photo.jpg"), METHODS["w-encoder"], 3)
    assert read_photo(tmp_path / "pasted.png").exif
    assert not read_photo(tmp_path / "step-0.png").exif
    assert not read_photo(tmp_path / "aligned.png").exif
    assert not (tmp_path / "step-1.png").exists()  # an encoder alone refines nothing


def test_without_a_face_there_is_a_sentence_or_the_middle(inverter: Inverter, tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "wall.png")
    wall = read_photo(tmp_path / "wall.png")
    with pytest.raises(StudioError, match="No face was found"):
        inverter.crop(wall)
    crop = inverter.crop(wall, align=False)
    assert not crop.faces
    assert crop.quad.corners.tolist() == [[50, 0], [50, 300], [350, 300], [350, 0]]
    (step,) = inverter.steps(crop, method="w-encoder")
    assert step.metrics.identity is None


def test_a_face_of_several_can_be_chosen(inverter: Inverter) -> None:
    one, other = (read_photo(EXAMPLES / name).pixels for name in ("female_080.jpg", "male_090.jpg"))
    both = type(read_photo(EXAMPLES / "female_080.jpg"))(np.concatenate([one, other[: len(one)]], axis=1))
    quads = [inverter.crop(both, face).quad for face in (0, 1)]
    middles = sorted(quad.corners.mean(axis=0)[0] for quad in quads)
    assert middles[0] < one.shape[1] < middles[1]
    with pytest.raises(StudioError, match="no face 2"):
        inverter.crop(both, 2)


def test_domains_without_faces_take_the_middle_in_their_shape(inverter: Inverter) -> None:
    cars = Inverter(DOMAINS["cars"], inverter.model, None, inverter.evaluator)
    crop = cars.crop(EXAMPLES / "male_090.jpg")
    corners = crop.quad.corners
    assert np.ptp(corners[:, 0]) / np.ptp(corners[:, 1]) == pytest.approx(4 / 3)


def test_domains_of_animals_take_the_middle_where_none_is_found(inverter: Inverter) -> None:
    finder = AnimalFinder()
    wild = Inverter(DOMAINS["wild"], inverter.model, None, inverter.evaluator, animal_finder=finder)
    photo = read_photo(EXAMPLES / "male_090.jpg")
    crop = wild.crop(photo)
    assert (crop.faces, crop.quad) == ((), fitted_quad(photo.pixels.shape[1], photo.pixels.shape[0]))
    assert wild.find_faces(photo.pixels) == ([], False)
    assert wild.invert(photo, steps=0).quad == crop.quad


def test_a_direction_that_is_not_there_is_told_even_if_it_is_not_moved(inverter: Inverter) -> None:
    inversion = inverter.invert(EXAMPLES / "male_090.jpg", steps=0)
    with pytest.raises(StudioError, match="no direction 'wings'"):
        inverter.draw(inversion, Edits({"wings": 0.0}))


def test_a_photo_is_pasted_without_edits_bit_for_bit_and_with_an_edit_in_part(inverter: Inverter) -> None:
    vector = torch.randn(512, generator=torch.Generator().manual_seed(1))
    smile = Direction("smile", "Smile", "less", "more", vector, (0, 10))
    moving = Inverter(inverter.domain, inverter.model, None, inverter.evaluator, directions={"smile": smile})
    photo = read_photo(EXAMPLES / "male_090.jpg")
    inversion = inverter.invert(photo, steps=1)
    for edits in (Edits(), Edits({"smile": 0.0}, strength=0.5)):
        assert np.array_equal(moving.paste_pixels(photo, inversion, edits), photo.pixels)
    whole, part = (
        np.abs(
            moving.paste_pixels(photo, inversion, Edits({"smile": 5.0}), whole=whole) - photo.pixels.astype(int)
        ).mean()
        for whole in (True, False)
    )
    assert whole > part > 0
    crop = moving.edit_crop(photo, inversion, Edits({"smile": 5.0}))
    stays = crop.mask == 0
    assert np.array_equal(crop.pixels[stays], moving.photo_editor.original(photo, inversion)[stays])
