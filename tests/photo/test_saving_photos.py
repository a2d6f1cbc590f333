"""What belongs to a photo goes with the picture made from it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from hyperstyle.errors import StudioError
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.photo.saving import save_photo

_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def phone_photo(kind: str = "JPEG", orientation: int = 6, **options: object) -> bytes:
    """A photo stored lying down, with what phones write."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Maker"
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.IFD.Exif] = {
        ExifTags.Base.DateTimeOriginal: "2024:05:06 07:08:09",
        ExifTags.Base.MakerNote: bytes(range(256)),
    }
    exif[ExifTags.IFD.GPSInfo] = {ExifTags.GPS.GPSLatitude: (1.0, 2.0, 3.0)}
    file = io.BytesIO()
    image = Image.linear_gradient("L").convert("RGB").resize((160, 96))
    image.save(file, kind, exif=exif.tobytes(), icc_profile=_PROFILE, **options)
    return file.getvalue()


@pytest.mark.parametrize("ending", [".jpg", ".JPEG", ".png", ".webp"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_profile_and_size_are_kept(kind: str, ending: str, tmp_path: Path) -> None:
    photo = read_photo(phone_photo(kind))
    path = tmp_path / f"saved{ending}"
    save_photo(path, photo.pixels, photo)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    with Image.open(path) as saved:
        assert saved.size == (96, 160)
        assert saved.info["icc_profile"] == _PROFILE
        exif = saved.getexif()
        assert exif[ExifTags.Base.Make] == "Maker"
        assert exif.get(ExifTags.Base.Orientation, 1) == 1
        assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] == "2024:05:06 07:08:09"
        assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] == bytes(range(256))
        assert exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] == (1.0, 2.0, 3.0)
    again = read_photo(path)
    assert again.pixels.shape == photo.pixels.shape
    assert np.abs(again.pixels.astype(int) - photo.pixels).mean() < 2


def test_exif_is_kept_to_the_byte_but_for_the_orientation() -> None:
    stored = phone_photo(orientation=3)
    with Image.open(io.BytesIO(stored)) as image:
        before = image.info["exif"]
    after = read_photo(stored).exif or b""
    assert len(after) == len(before)
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [(3, 1)]


def test_the_thumbnail_of_the_old_picture_is_not_kept() -> None:
    with Image.open(io.BytesIO(phone_photo())) as image:
        exif = bytearray(image.info["exif"])
    directory = 6 + int.from_bytes(exif[10:14], "big")
    link = directory + 2 + 12 * int.from_bytes(exif[directory : directory + 2], "big")
    exif[link : link + 4] = (len(exif) - 6).to_bytes(4, "big")
    exif += b"\0\1" + b"\2\1\0\4\0\0\0\1\0\0\1\0" + bytes(4)  # a directory that says where a thumbnail is
    file = io.BytesIO()
    Image.new("RGB", (80, 80)).save(file, "JPEG", exif=bytes(exif))
    with Image.open(file) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.IFD1)
    kept = Image.Exif()
    kept.load(read_photo(file.getvalue()).exif or b"")
    assert not kept.get_ifd(ExifTags.IFD.IFD1)
    assert kept[ExifTags.Base.Make] == "Maker"


def test_a_profile_of_other_colours_is_not_kept() -> None:
    file = io.BytesIO()
    profile = _PROFILE[:16] + b"CMYK" + _PROFILE[20:]
    Image.new("CMYK", (80, 80)).save(file, "JPEG", icc_profile=profile)
    assert read_photo(file.getvalue()).icc is None


def test_what_cannot_be_saved_is_said(tmp_path: Path) -> None:
    photo = Photo(np.zeros((80, 80, 3), np.uint8), exif=b"Exif\0\0MM\0*\0\0\0\x08".ljust(70_000, b"\0"))
    for name, sentence in (
        ("a.psd", r"\.jpg, \.png or \.webp"),
        ("a.jpg", "save it as PNG"),
        ("no/a.png", "another folder"),
    ):
        with pytest.raises(StudioError, match=sentence):
            save_photo(tmp_path / name, photo.pixels, photo)
    save_photo(tmp_path / "a.png", photo.pixels, photo)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_a_file_that_is_there_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"the user's")
    with pytest.raises(StudioError):
        save_photo(
            path, np.zeros((80, 80, 3), np.uint8), Photo(np.zeros((1, 1, 3), np.uint8), exif=b"Exif\0\0" * 20_000)
        )
    assert path.read_bytes() == b"the user's"


@pytest.mark.parametrize(("quality", "subsampling"), [(60, 2), (97, 0)])
def test_a_jpeg_stays_as_fine_as_it_came(tmp_path: Path, quality: int, subsampling: int) -> None:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8))
    picture.save(tmp_path / "photo.jpg", quality=quality, subsampling=subsampling)
    photo = read_photo(tmp_path / "photo.jpg")
    save_photo(tmp_path / "changed.jpg", photo.pixels[::-1], photo)
    with Image.open(tmp_path / "photo.jpg") as before, Image.open(tmp_path / "changed.jpg") as after:
        assert before.quantization == after.quantization  # type: ignore[attr-defined]
        assert before.layer == after.layer  # type: ignore[attr-defined]
