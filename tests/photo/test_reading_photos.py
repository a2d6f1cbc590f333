"""Every kind of picture that phones, cameras and browsers make is read, upright and in the right colours."""

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from hyperstyle.errors import StudioError
from hyperstyle.photo.formats import MAX_PIXELS
from hyperstyle.photo.reading import Photo, read_photo

_COLOURS = np.array([[[200, 40, 30], [40, 180, 60]], [[30, 60, 190], [230, 220, 60]]], np.uint8)


def picture() -> Image.Image:
    """Red, green, blue and yellow, 200 x 120: no two ways to turn it look the same."""
    return Image.fromarray(_COLOURS).resize((200, 120), Image.Resampling.NEAREST)


def corners(photo: Photo) -> np.ndarray:
    """The colours [2, 2, 3] well inside of the four fields."""
    height, width = photo.pixels.shape[:2]
    return photo.pixels[height // 4 :: height // 2, width // 4 :: width // 2].astype(int)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()  # to write it
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif_with(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF"])
def test_format(kind: str, tmp_path: Path) -> None:
    data = encoded(picture(), kind)
    photo = read_photo(data)
    assert photo.pixels.shape == (120, 200, 3)
    assert photo.pixels.dtype == np.uint8
    assert np.abs(corners(photo) - _COLOURS).max() < 25  # of the lossy ones, with their coarse colours
    file = tmp_path / "named wrongly.txt"
    file.write_bytes(data)
    assert np.array_equal(read_photo(file).pixels, photo.pixels)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("L", "JPEG"),
        ("L", "PNG"),
        ("1", "PNG"),
        ("LA", "PNG"),
        ("I;16", "PNG"),
        ("I;16", "TIFF"),
        ("L", "WEBP"),
        ("L", "HEIF"),
    ],
)
def test_grey(mode: str, kind: str) -> None:
    ramp = np.tile(np.linspace(0, 255, 200).astype(np.uint8), (120, 1))
    image = Image.fromarray(ramp.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(ramp).convert(mode)
    pixels = read_photo(encoded(image, kind)).pixels.astype(int)
    assert np.abs(pixels - pixels[..., :1]).max() <= 3
    if mode == "1":  # black and white dots that are as bright on the whole
        assert abs(pixels[:, :100].mean() - 64) < 5
    else:
        assert np.abs(pixels[..., 0] - ramp).max() < 5


@pytest.mark.parametrize(
    ("mode", "kind"), [("P", "PNG"), ("P", "TIFF"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG")]
)
def test_colours_stored_in_another_way(mode: str, kind: str) -> None:
    image = picture().quantize(4) if mode == "P" else picture().convert(mode)
    assert np.abs(corners(read_photo(encoded(image, kind))) - _COLOURS).max() < 25


def test_colours_of_16_bits() -> None:
    deep = np.asarray(picture()).astype(np.uint16) * 257
    file = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (200, 120), deep.tobytes()).save(file, quality=90)
    assert np.abs(corners(read_photo(file.getvalue())) - _COLOURS).max() < 25


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_what_is_transparent_lies_on_white(kind: str) -> None:
    image = picture()
    image.putalpha(Image.linear_gradient("L").resize((200, 120)).point(lambda value: 255 if value > 127 else 0))
    photo = read_photo(encoded(image, kind))
    assert photo.pixels[:40].min() > 230
    assert np.abs(corners(photo)[1] - _COLOURS[1]).max() < 25


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_a_transparent_palette_lies_on_white(kind: str) -> None:
    image = picture().quantize(4)
    red = image.getpixel((10, 10))
    photo = read_photo(encoded(image, kind, transparency=red))
    assert (photo.pixels[:50, :90] == 255).all()
    assert np.abs(corners(photo)[1] - _COLOURS[1]).max() < 10


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_read(kind: str) -> None:
    frames = [Image.new("RGB", (200, 120), colour) for colour in ("black", "white")]
    photo = read_photo(encoded(picture(), kind, save_all=True, append_images=frames))
    assert np.abs(corners(photo) - _COLOURS).max() < 25


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_rotation_by_exif(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(), kind, exif=exif)
    with Image.open(io.BytesIO(data)) as image:
        expected = ImageOps.exif_transpose(image).convert("RGB")  # Pillow's own, only to compare with
    photo = read_photo(data)
    assert np.array_equal(photo.pixels, np.asarray(expected))
    assert photo.pixels.shape[:2] == ((120, 200) if orientation < 5 else (200, 120))
    saved = Image.Exif()
    saved.load(photo.exif or b"")
    assert saved.get(0x0112, 1) == 1


def test_rotation_of_a_heic() -> None:
    data = encoded(picture(), "HEIF", exif=exif_with(orientation=6))  # stores a turn of the picture beside the EXIF
    photo = read_photo(data)
    assert photo.pixels.shape == (200, 120, 3)
    assert np.abs(corners(photo) - np.rot90(_COLOURS, -1)).max() < 25


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_photo_with_a_film_behind_it_is_read(options: dict[str, object]) -> None:
    """Phones put a short film behind the picture, in whose bytes anything may look like a part of a JPEG."""
    film = np.random.default_rng(0).integers(0, 256, 3_000_000, dtype=np.uint8).tobytes()
    assert film.count(b"\xff\xda") > 20
    whole = picture().resize((4000, 2400), Image.Resampling.NEAREST)
    photo = read_photo(encoded(whole, "JPEG", **options) + film)
    assert np.abs(corners(photo) - _COLOURS).max() < 10


def test_a_48_megapixel_photo_is_accepted() -> None:
    whole = picture().resize((8064, 6048), Image.Resampling.NEAREST)
    photo = read_photo(encoded(whole, "JPEG", exif=exif_with(orientation=8)))
    assert photo.pixels.shape == (8064, 6048, 3)
    assert np.abs(corners(photo) - np.rot90(_COLOURS)).max() < 10


def test_a_100_megapixel_photo_is_refused() -> None:
    assert MAX_PIXELS < 100_000_000
    with pytest.raises(StudioError, match=r"10000 x 10000 .* make it smaller"):
        read_photo(encoded(Image.new("L", (10000, 10000)), "JPEG"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"Dear diary,\n" * 50, "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n" * 9, "not a picture"),
        (b"8BPS" + bytes(500), "not a picture"),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(500), "not a picture"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500), "not a picture"),
    ],
)
def test_what_is_no_photo_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence):
        read_photo(data)


def test_small_and_thin_pictures_are_refused() -> None:
    for size in ((1, 5000), (5000, 1), (63, 400)):
        with pytest.raises(StudioError, match="at least 64"):
            read_photo(encoded(Image.new("RGB", size), "PNG"))


def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "large.jpg"
    with file.open("wb") as sparse:
        sparse.truncate(10**11)  # takes no room, and could never be read
    with pytest.raises(StudioError, match="larger than 40 MB"):
        read_photo(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.jpg", tmp_path):
        with pytest.raises(StudioError, match=path.name):
            read_photo(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF"])
def test_files_cut_off_are_refused(kind: str) -> None:
    grain = np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(grain), kind)
    for share in (0.02, 0.1, 0.5, 0.9):
        with pytest.raises(StudioError):
            read_photo(data[: int(share * len(data))])
