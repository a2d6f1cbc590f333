"""Writing a picture with what belongs to the photo it was made from."""

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hyperstyle.errors import StudioError
from hyperstyle.photo.reading import Photo, Pixels

_FORMATS: dict[str, tuple[str, dict[str, int]]] = {
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".png": ("PNG", {"compress_level": 4}),
    ".webp": ("WEBP", {"quality": 95}),
}
_MAX_JPEG_EXIF = 65_533  # a JPEG keeps it in one piece of its file, which has 16 bits for its length


def save_photo(path: Path, pixels: Pixels, photo: Photo, texts: Mapping[str, str] | None = None) -> None:
    """Write a picture [H, W, 3] as JPEG, PNG or WebP, by the name's ending, with the EXIF and profile of a photo.

    `texts` are further metadata, which PNG alone can keep. The file appears when it is complete, and only then
    replaces one of the same name.
    """
    if path.suffix.lower() not in _FORMATS:
        raise StudioError(f"The picture cannot be saved as {path.name}: end its name in .jpg, .png or .webp.")
    kind, options = _FORMATS[path.suffix.lower()]
    if kind == "JPEG" and photo.exif and len(photo.exif) > _MAX_JPEG_EXIF:
        raise StudioError("The photo has more EXIF than a JPEG can keep: save it as PNG.")
    belongings = {"exif": photo.exif, "icc_profile": photo.icc, "pnginfo": _chunks(texts or {})}
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options, **{key: what for key, what in belongings.items() if what})
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_bytes(file.getbuffer())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        reason = (error.strerror or "it cannot be written").lower()
        raise StudioError(f"The picture {path} cannot be saved ({reason}): choose another folder.") from error


def _chunks(texts: Mapping[str, str]) -> PngInfo | None:
    """Texts as PNG keeps them; None where there are none."""
    if not texts:
        return None
    chunks = PngInfo()
    for key, text in texts.items():
        chunks.add_itxt(key, text)
    return chunks
