"""Photos of several people, put together from portraits."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from hyperstyle.photo.faces import Face, FaceFinder
from hyperstyle.photo.quads import Box
from hyperstyle.photo.reading import Pixels


def load(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def scene(
    finder: FaceFinder, portraits: Sequence[Path], size: tuple[int, int], widths: Sequence[int]
) -> tuple[Pixels, list[Box]]:
    """A grainy canvas of `size` (width, height) with a portrait for each face width, in rows; and the faces' boxes."""
    grain = np.random.default_rng(0).integers(90, 130, (600, 800, 3), dtype=np.uint8)
    canvas = Image.fromarray(grain).resize(size, Image.Resampling.BILINEAR)
    boxes, x, y, row = [], 0, 0, 0
    for path, width in zip(portraits, widths, strict=False):  # there may be more portraits
        pixels = load(path)
        whole = finder.find(pixels)[0].box
        factor = width / (whole[2] - whole[0])
        cut = _around(whole, pixels)
        piece = Image.fromarray(pixels).crop(cut)
        piece = piece.resize((round(piece.width * factor), round(piece.height * factor)), Image.Resampling.LANCZOS)
        if x + piece.width > size[0]:
            x, y, row = 0, y + row, 0
        canvas.paste(piece, (x, y))
        left, top, right, bottom = ((whole[i] - cut[i % 2]) * factor for i in range(4))
        boxes.append((left + x, top + y, right + x, bottom + y))
        x, row = x + piece.width, max(row, piece.height)
        assert y + row <= size[1], "the canvas is too small for these faces"
    return np.asarray(canvas), boxes


def box_width(face: Face) -> float:
    return face.box[2] - face.box[0]


def is_at(face: Face, box: Box) -> bool:
    """Whether a face's middle is within a fifth of a box's width of the box's middle, and its size about the same."""
    middles = [((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in (face.box, box)]
    width = box[2] - box[0]
    return bool(np.linalg.norm(np.subtract(*middles)) < width / 5 and 0.75 < box_width(face) / width < 1.33)


def times_of_halving(work: Callable[[], object], pixels: Pixels) -> float:
    """How many times as long some work takes as halving the photo once does: on any machine, busy or not."""
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels)
    halving = least_seconds(lambda: image.resize((width // 2, height // 2), Image.Resampling.BICUBIC))
    return least_seconds(work) / halving


def least_seconds(work: Callable[[], object]) -> float:
    """The least of this thread's own time that some work takes in three runs."""
    taken = []
    for _ in range(3):
        start = time.thread_time()
        work()
        taken.append(time.thread_time() - start)
    return min(taken)


def _around(box: Box, pixels: Pixels) -> tuple[int, int, int, int]:
    """Three times a face's box, as far as there is a picture."""
    side, (height, width) = box[2] - box[0], pixels.shape[:2]
    left, top, right, bottom = box[0] - side, box[1] - side, box[2] + side, box[3] + side
    return max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom))
