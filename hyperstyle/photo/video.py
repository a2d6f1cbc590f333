"""Films of pictures: MP4 for most places, GIF for the rest."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.photo.reading import Pixels

RATE = 15  # pictures a second
_COLOURS = 128  # of a GIF, which keeps faces smooth and files small


def save_film(path: Path, pictures: Sequence[Pixels]) -> None:
    """Write pictures [H, W, 3] of one size, with even sides, as a film that ends in .mp4 or .gif and repeats."""
    writers = {".mp4": _save_mp4, ".gif": _save_gif}
    if path.suffix not in writers:
        raise StudioError(f"The film cannot be saved as {path.name}: end its name in .mp4 or .gif.")
    with atomic_write(path) as part:
        writers[path.suffix](part, pictures)


def there_and_back(pictures: Sequence[Pixels]) -> list[Pixels]:
    """The same pictures and then back again, so that the film repeats without a jump."""
    return [*pictures, *pictures[-2:0:-1]]


def strip(pictures: Sequence[Pixels]) -> Pixels:
    """Pictures [H, W, 3] of one height beside each other."""
    return np.concatenate(list(pictures), axis=1)


def _save_mp4(path: Path, pictures: Sequence[Pixels]) -> None:
    height, width = pictures[0].shape[:2]
    with av.open(path, "w", format="mp4", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for picture in pictures:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode())


def _save_gif(path: Path, pictures: Sequence[Pixels]) -> None:
    first, *rest = (Image.fromarray(picture).quantize(_COLOURS) for picture in pictures)
    first.save(path, "GIF", save_all=True, append_images=rest, duration=round(1000 / RATE), loop=0)
