"""The library as others use it: from an installed wheel, in another folder, with what a photo may come as."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import hyperstyle
from hyperstyle.domain_table import DOMAINS, EMBEDDED
from hyperstyle.inverter import Inverter
from hyperstyle.photo.reading import read_photo
from tests.weights_at_hand import embedded_weights_at_hand

ROOT = Path(__file__).resolve().parents[1]
PHOTO = ROOT / "examples" / "female_080.jpg"

EXAMPLE = """
import json, sys
import hyperstyle
assert "torch" not in sys.modules, "importing the package alone loads nothing"
studio = hyperstyle.load("faces-lite", device="cpu")
inversion = studio.invert(sys.argv[1], steps=1)
for step in studio.steps(sys.argv[1], steps=0):
    step.picture.save("step.png"); step.metrics; step.inversion
picture = studio.render(inversion, smile=2, age=-3)
studio.render(inversion, style="pencil", text=("a face", "a smiling face"))
studio.paste(sys.argv[1], inversion, smile=2).save("out.jpg")
inversion.save("me.safetensors")
again = hyperstyle.Inversion.open("me.safetensors")
print(json.dumps({
    "file": hyperstyle.__file__, "size": picture.size, "l2": again.steps[-1].metrics.l2,
    "gradio": "gradio" in sys.modules,
    "directions": list(studio.directions), "styles": list(studio.styles), "methods": list(studio.methods),
    "domains": list(hyperstyle.domains()),
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as its wheel installs it, without what it depends on, which is here already."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--quiet",
        "--target",
        str(folder / "site"),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    return folder / "site"


def test_the_example_of_the_readme_runs_from_the_wheel_in_another_folder(installed: Path, tmp_path: Path) -> None:
    embedded_weights_at_hand()
    run = [sys.executable, "-c", EXAMPLE, str(PHOTO)]
    answer = subprocess.run(run, cwd=tmp_path, env=environment(installed), capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert Path(told["file"]).is_relative_to(installed)
    assert told["size"] == [1024, 1024]
    assert 0 < told["l2"] < 0.2
    assert told["gradio"] is False
    assert {"smile", "age"} <= set(told["directions"])
    assert told["styles"] == list(EMBEDDED.styles)
    assert "hyperstyle" in told["methods"]
    assert told["domains"] == list(DOMAINS)
    with Image.open(tmp_path / "out.jpg") as pasted, Image.open(PHOTO) as photo:
        assert pasted.size == photo.size


def test_the_wheel_brings_assets_examples_types_and_a_command(installed: Path) -> None:
    for name in (
        "assets/w-encoder.safetensors",
        "assets/styles/pencil.safetensors",
        "examples/male_090.jpg",
        "py.typed",
    ):
        assert (installed / "hyperstyle" / name).is_file(), name
    command = installed / "bin" / "hyperstyle"
    answer = subprocess.run(
        [sys.executable, str(command), "--help"],
        env=environment(installed),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "invert" in answer.stdout


def environment(installed: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(installed)}


def test_requirements_are_what_the_package_says() -> None:
    check = [sys.executable, str(ROOT / ".ci" / "requirements.py"), "--check"]
    assert subprocess.run(check, check=False).returncode == 0


def test_a_photo_may_be_a_path_bytes_a_pil_image_or_an_array(inverter: Inverter) -> None:
    pixels = read_photo(PHOTO).pixels
    with Image.open(PHOTO) as image:
        shapes = [PHOTO, str(PHOTO), PHOTO.read_bytes(), image.copy(), pixels]
    quads = [inverter.crop(shape).quad.to_list() for shape in shapes]
    assert all(np.allclose(quad, quads[0]) for quad in quads)
    with pytest.raises(hyperstyle.StudioError, match="8 bits"):
        inverter.crop(pixels.astype(float))


def test_a_batch_is_what_its_photos_are_alone(inverter: Inverter) -> None:
    photos = [PHOTO, ROOT / "examples" / "male_090.jpg"]
    together = inverter.invert_batch(photos, steps=1)
    for photo, found in zip(photos, together, strict=True):
        alone = inverter.invert(photo, steps=1)
        assert found.photo_size == alone.photo_size
        assert found.steps[-1].metrics.l2 == pytest.approx(alone.steps[-1].metrics.l2, rel=1e-3)
        assert (inverter.draw(found) != inverter.draw(together[0])).any() == (found is not together[0])


def test_what_does_not_exist_is_told_in_a_sentence(inverter: Inverter) -> None:
    inversion = inverter.invert(PHOTO, steps=0)
    with pytest.raises(hyperstyle.StudioError, match="no direction 'beauty'"):
        inverter.render(inversion, beauty=1)
    with pytest.raises(hyperstyle.StudioError, match="amounts run from -5 to 5"):
        inverter.render(inversion, age=50)
    with pytest.raises(hyperstyle.StudioError, match="no domain 'horses'"):
        hyperstyle.load("horses")
    with pytest.raises(hyperstyle.StudioError, match="not the photo that was inverted"):
        inverter.paste(np.zeros((100, 100, 3), np.uint8), inversion)
