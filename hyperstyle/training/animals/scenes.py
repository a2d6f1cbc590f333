"""Scenes with an animal in them, made of aligned photos, which show little but the face.

A scene holds one photo, turned, resized and shifted, before shuffled pieces of other photos: coats and shades of
animals, but none of their faces.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from hyperstyle.photo.quads import ANIMAL_EYES, Box, Floats, Quad
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.resampling import sample, shrink, to_pixels

FACE = (0.5, 0.52, 0.66)  # x and y of the middle, and side of the box around a face, in sides of the aligned photo
TURN = 15  # degrees, by which a photo is turned at most
PIECES = 4  # of a background, along each side
BLUR = 6  # pixels, the largest radius of a background's blur


@dataclass(frozen=True)
class Scene:
    """A picture with one animal in it."""

    pixels: Pixels
    """RGB [H, W, 3]."""
    quad: Quad
    """Parallelogram of the scene that the aligned photo was put into."""

    @property
    def eyes(self) -> Floats:
        """Both eyes [2, 2], x and y, in pixels."""
        return (np.c_[ANIMAL_EYES, np.ones(2)] @ self.quad.matrix.T)[:, :2]

    @property
    def box(self) -> Box:
        """The upright box around the face."""
        x, y, _ = self.quad.matrix @ (*FACE[:2], 1)
        half = FACE[2] * float(np.hypot(*self.quad.matrix[:2, 0])) / 2
        return (x - half, y - half, x + half, y + half)


class SceneMaker:
    """Makes random scenes of aligned photos, uint8 [N, S, S, 3], RGB; the same ones for the same seed."""

    def __init__(self, photos: Pixels, seed: int = 0) -> None:
        self._photos, self._random = photos, np.random.default_rng(seed)

    def scenes(self, size: tuple[int, int], widths: tuple[float, float]) -> Iterator[Scene]:
        """Yield a scene of `size` (width, height) with every photo, which is `widths` pixels (least, most) wide."""
        for photo in self._photos:
            quad = self._place(size, self._random.uniform(*widths))
            yield Scene(placed(photo, quad, self._background(size)), quad)

    def _place(self, size: tuple[int, int], width: float) -> Quad:
        """Return a turned square with a side of `width`, whose face lies inside of a scene."""
        angle = np.radians(self._random.uniform(-TURN, TURN))
        across = width * np.array([np.cos(angle), np.sin(angle)])
        along = np.array([-across[1], across[0]])
        half = FACE[2] * width / 2
        top_left = self._random.uniform(half, np.array(size) - half) - FACE[0] * across - FACE[1] * along
        corners = [top_left, top_left + along, top_left + across + along, top_left + across]
        return Quad.from_list(np.concatenate(corners).tolist())

    def _background(self, size: tuple[int, int]) -> Image.Image:
        """Return pieces of random photos side by side, blurred or not."""
        side = self._photos.shape[1] // PIECES
        whole = np.empty_like(self._photos[0])
        for row, column in np.ndindex(PIECES, PIECES):
            number, (y, x) = self._random.integers(len(self._photos)), self._random.integers(3 * side, size=2)
            piece = np.rot90(self._photos[number, y : y + side, x : x + side], int(self._random.integers(4)))
            whole[row * side :, column * side :][:side, :side] = piece
        blur = ImageFilter.GaussianBlur(float(self._random.choice((0, self._random.uniform(0, BLUR)))))
        return Image.fromarray(whole).resize(size, Image.Resampling.BICUBIC).filter(blur)


def placed(photo: Pixels, quad: Quad, background: Image.Image) -> Pixels:
    """Return a background with a photo [S, S, 3] in a quad of it."""
    opaque = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)])
    to_photo = np.diag([len(photo), len(photo), 1.0]) @ np.linalg.inv(quad.matrix)
    samples = sample(*shrink(Image.fromarray(opaque), to_photo), *background.size)
    return to_pixels(np.where(samples[..., 3:] > 252, samples[..., :3], np.asarray(background)))
