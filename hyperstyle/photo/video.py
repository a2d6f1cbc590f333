"""Writing pictures as a video: MP4, or GIF where MP4 does not play."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.photo.reading import Pixels

FRAME_RATE = 15  # pictures per second
_GIF_COLOURS = 128  # keeps faces smooth and files small


def save_video(path: Path, pictures: Sequence[Pixels]) -> None:
    """Write pictures [H, W, 3] of one size, with even sides, as a video; the path ends in .mp4 or .gif."""
    writers = {".mp4": _save_mp4, ".gif": _save_gif}
    if path.suffix not in writers:
        raise StudioError(f"The film cannot be saved as {path.name}: end its name in .mp4 or .gif.")
    with atomic_write(path) as part:
        writers[path.suffix](part, pictures)


def there_and_back(pictures: Sequence[Pixels]) -> list[Pixels]:
    """Return pictures forwards, then backwards without repeating either end, so that a video loops without a jump."""
    return [*pictures, *pictures[-2:0:-1]]


def strip(pictures: Sequence[Pixels]) -> Pixels:
    """Return pictures [H, W, 3] of one height side by side."""
    return np.concatenate(list(pictures), axis=1)


def _save_mp4(path: Path, pictures: Sequence[Pixels]) -> None:
    height, width = pictures[0].shape[:2]
    with av.open(path, "w", format="mp4", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=FRAME_RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, FRAME_RATE)
        for picture in pictures:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode())


def _save_gif(path: Path, pictures: Sequence[Pixels]) -> None:
    first, *rest = (Image.fromarray(picture).quantize(_GIF_COLOURS) for picture in pictures)
    first.save(path, "GIF", save_all=True, append_images=rest, duration=round(1000 / FRAME_RATE), loop=0)
