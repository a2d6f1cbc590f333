"""Writing a picture with the EXIF and ICC profile of the photo it was made from."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.photo.reading import Photo, Pixels

_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".png": ("PNG", {"compress_level": 4}),
    ".webp": ("WEBP", {"quality": 95}),
}
_MAX_JPEG_EXIF = 65_533  # bytes; a JPEG keeps EXIF in one segment, whose length has 16 bits


def save_photo(path: Path, pixels: Pixels, photo: Photo, texts: Mapping[str, str] | None = None) -> None:
    """Write a picture [H, W, 3] as JPEG, PNG or WebP, by the name's ending, with the EXIF and ICC profile of a photo.

    A JPEG is compressed as the photo's own file was, if that was a JPEG too. `texts` become PNG text chunks; other
    formats ignore them. The write is atomic: an existing file of the same name is replaced only when the new one is
    complete.
    """
    if path.suffix.lower() not in _FORMATS:
        raise StudioError(f"The picture cannot be saved as {path.name}: end its name in .jpg, .png or .webp.")
    kind, options = _FORMATS[path.suffix.lower()]
    if kind == "JPEG" and photo.jpeg:
        options = {"qtables": photo.jpeg.tables, "subsampling": photo.jpeg.subsampling}
    if kind == "JPEG" and photo.exif and len(photo.exif) > _MAX_JPEG_EXIF:
        raise StudioError("The photo has more EXIF than a JPEG can keep: save it as PNG.")
    metadata = {"exif": photo.exif, "icc_profile": photo.icc, "pnginfo": _text_chunks(texts or {})}
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options, **{key: value for key, value in metadata.items() if value})
    with atomic_write(path) as part:
        part.write_bytes(file.getbuffer())


def _text_chunks(texts: Mapping[str, str]) -> PngInfo | None:
    """Return texts as PNG text chunks; None where there are none."""
    if not texts:
        return None
    chunks = PngInfo()
    for key, text in texts.items():
        chunks.add_itxt(key, text)
    return chunks
