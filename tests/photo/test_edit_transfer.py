"""What an edit changed comes into the photo, and nothing else does."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hyperstyle.photo.edit_transfer import transfer_edit
from hyperstyle.photo.reading import Pixels

SIDE = 512
Box = tuple[float, float, float, float]


def picture(*discs: tuple[Box, str], grain: float = 0.0, light: int = 0) -> Pixels:
    """Discs on soft fields of colour, with grain."""
    random = np.random.default_rng(5)
    fields = Image.fromarray(random.integers(90, 150, (6, 6, 3), dtype=np.uint8))
    image = fields.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for box, colour in discs:
        draw.ellipse(box, fill=colour)
    grainy = np.asarray(image) + random.normal(0, grain, (SIDE, SIDE, 3)) + light
    return np.clip(grainy, 0, 255).astype(np.uint8)


MOUTH: Box = (216, 330, 296, 370)
MOLE: Box = (240, 240, 252, 252)
PHOTO = picture((MOUTH, "darkred"), (MOLE, "black"), grain=6)
DRAWN = picture((MOUTH, "firebrick"))  # without the mole, without the grain, and in another red


def change(one: Pixels, other: Pixels) -> np.ndarray:
    """[H, W], the largest difference of a colour."""
    return np.abs(one.astype(int) - other).max(axis=2)


def test_no_edit_is_the_photo_bit_for_bit_whatever_the_reconstruction_is_worth() -> None:
    still = transfer_edit(PHOTO, DRAWN, DRAWN)
    assert np.array_equal(still.pixels, PHOTO)
    assert not still.mask.any()
    assert (still.kept_detail == 1).all()


def test_an_opened_mouth_comes_and_all_around_it_stays() -> None:
    teeth: Box = (226, 338, 286, 362)
    edited = transfer_edit(PHOTO, DRAWN, picture((MOUTH, "firebrick"), (teeth, "white")))
    assert edited.pixels[350, 256].min() > 200
    changed = change(edited.pixels, PHOTO) > 0
    assert not changed[:280].any()
    assert not changed[:, :160].any()
    assert 0.01 < changed.mean() < 0.06
    assert (edited.mask[changed] > 0).all()


def test_what_moved_leaves_no_ghost_and_takes_the_photos_own_look_along() -> None:
    lower: Box = (216, 342, 296, 382)
    edited = transfer_edit(PHOTO, DRAWN, picture((lower, "firebrick")))
    middle = edited.pixels[335, 246:266].mean(axis=0)  # was mouth, is cheek
    assert np.abs(middle - DRAWN[325, 246:266].mean(axis=0)).max() < 25
    assert edited.pixels[378, 246:266].mean(axis=0)[0] > 1.5 * edited.pixels[378, 246:266].mean(axis=0)[1]  # is red
    assert np.array_equal(edited.pixels[238:254, 238:254], PHOTO[238:254, 238:254])  # the mole


def test_a_turn_moves_the_photo_itself_and_brings_nothing_of_the_drawing() -> None:
    def face(shift: int) -> tuple[tuple[Box, str], ...]:
        features = {"peru": (120, 90, 390, 440), "navy": (190, 200, 225, 220), "black": (290, 200, 325, 220)}
        features |= {"firebrick": MOUTH, "maroon": (245, 250, 270, 300)}
        return tuple(((box[0] + shift, box[1], box[2] + shift, box[3]), colour) for colour, box in features.items())

    mark: Box = (150, 300, 166, 316)
    edited = transfer_edit(picture(*face(0), (mark, "lime"), grain=6), picture(*face(0)), picture(*face(24)))
    green = edited.pixels[300:316].astype(int)
    moved = (green[..., 1] - green[..., 0] > 100).any(axis=0).nonzero()[0]
    assert moved.min() >= 170
    assert moved.max() <= 194
    assert 5 < edited.pixels[150:180, 220:320].std(axis=(0, 1)).max() < 9  # the photo's own grain
    assert not change(edited.pixels, picture(*face(0), (mark, "lime"), grain=6))[:, [0, -1]].any()


def test_light_changes_and_the_photos_own_detail_stays() -> None:
    edited = transfer_edit(PHOTO, DRAWN, picture((MOUTH, "firebrick"), light=25))
    brighter = edited.pixels.astype(int) - PHOTO
    inside = brighter[200:320, 180:330]
    assert np.abs(inside.mean(axis=(0, 1)) - 25).max() < 3
    assert inside.std() < 2  # the grain's is 6
    assert edited.kept_detail[200:320, 180:330].min() > 0.9


def test_what_is_finer_than_a_feature_is_no_edit() -> None:
    specks = [((x, y, x + 5, y + 5), "white") for x, y in ((30, 40), (480, 60), (60, 470), (420, 440))]
    teeth = ((226, 338, 286, 362), "white")
    edited = transfer_edit(PHOTO, DRAWN, picture((MOUTH, "firebrick"), teeth, *specks))
    for (left, top, right, bottom), _ in specks:
        here = slice(int(top) - 5, int(bottom) + 5), slice(int(left) - 5, int(right) + 5)
        assert np.array_equal(edited.pixels[here], PHOTO[here])


def test_a_visitor_says_what_stays_and_what_comes() -> None:
    edited = picture((MOUTH, "firebrick"), ((226, 338, 286, 362), "white"), ((100, 100, 103, 103), "white"))
    keep = np.zeros((64, 64), np.float32)
    keep[36:, 32:] = -1
    kept = transfer_edit(PHOTO, DRAWN, edited, keep)
    assert np.array_equal(kept.pixels[300:, 270:], PHOTO[300:, 270:])
    assert change(kept.pixels, PHOTO)[340:360, 230:245].mean() > 30
    come = np.zeros((64, 64), np.float32)
    come[10:16, 10:16] = 1
    brought = transfer_edit(PHOTO, DRAWN, edited, come)
    assert change(brought.pixels, PHOTO)[100:103, 100:103].mean() > 60


@pytest.mark.parametrize("shape", [(64, 64), (192, 256), (1024, 768)])
def test_pictures_of_any_size_and_shape(shape: tuple[int, int]) -> None:
    photo, before, after = (
        np.asarray(Image.fromarray(pixels).resize(shape[::-1], Image.Resampling.BICUBIC))
        for pixels in (PHOTO, DRAWN, picture((MOUTH, "white")))
    )
    assert np.array_equal(transfer_edit(photo, before, before).pixels, photo)
    changed = change(transfer_edit(photo, before, after).pixels, photo) > 20
    assert 0.003 < changed.mean() < 0.2
    assert not changed[: shape[0] // 3].any()
