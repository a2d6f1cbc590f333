"""`stylize` and `morph` as a script calls them, and `weights get --style`."""

from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from typer.testing import CliRunner

from hyperstyle.cli.commands import app
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.styles import BUNDLED, styles_of
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.quads import box_quad
from hyperstyle.photo.reading import read_photo
from tests.cli.program import hyperstyle
from tests.weights_at_hand import embedded_weights_at_hand, weight_file


@pytest.fixture(scope="module")
def style() -> str:
    """A style of the embedded model, or a skip where a part of it is missing."""
    embedded_weights_at_hand()
    if EMBEDDED.missing_assets():
        pytest.skip(f"assets/ lacks {', '.join(EMBEDDED.missing_assets())}: not trained yet")
    return next(iter(styles_of(EMBEDDED)))


def saved(folder: Path, code: Tensor, domain: str = EMBEDDED.name) -> Path:
    path = folder / f"{domain}-{float(code.sum()):.2f}.safetensors"
    Inversion(domain, "hyperstyle", code, {}, box_quad((0, 0, 9, 9)), (9, 9), ()).save(path)
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if answer.exception and not isinstance(answer.exception, SystemExit):
        return 1, str(answer.exception)
    return answer.exit_code, answer.stderr


def test_an_inversion_is_drawn_in_a_style_more_and_less(style: str, code: Tensor, tmp_path: Path) -> None:
    file = saved(tmp_path, code)
    pictures = []
    for amount in ("0", "1"):
        out = tmp_path / f"{amount}.png"
        assert run("stylize", file, "--style", style, "--amount", amount, "--set", "smile=2", "--out", out) == (0, "")
        pictures.append(read_photo(out).pixels.astype(float))
    assert pictures[0].shape == (1024, 1024, 3)
    assert np.abs(pictures[0] - pictures[1]).mean() > 2


def test_a_person_is_drawn_in_a_photo_that_keeps_its_background(style: str, code: Tensor, tmp_path: Path) -> None:
    weight_file("selfie-segmenter")
    photo, out = EXAMPLES / "male_090.jpg", tmp_path / "drawn.png"
    file = tmp_path / "inversion.safetensors"
    Inversion(EMBEDDED.name, "hyperstyle", code, {}, box_quad((30, 20, 610, 600)), (640, 640), ()).save(file)
    assert run("stylize", file, "--style", style, "--into", photo, "--person", "--out", out) == (0, "")
    change = np.abs(read_photo(out).pixels.astype(int) - read_photo(photo).pixels)
    assert change[170:320, 260:370].mean() > 10
    assert not change[:20].any()


def test_a_morph_is_a_film_or_a_strip(style: str, code: Tensor, tmp_path: Path) -> None:
    one, other = saved(tmp_path, code), saved(tmp_path, torch.zeros(1, 512))
    film, strip = tmp_path / "film.mp4", tmp_path / "strip.jpg"
    assert run("morph", one, other, "--pictures", "3", "--style", style, "--out", film)[0] == 0
    with av.open(film) as video:
        assert sum(1 for _ in video.decode(video=0)) == 4  # there and back, no picture twice in a row
    assert run("morph", one, other, "--out", strip)[0] == 0
    assert Image.open(strip).size == (7 * 1024, 1024)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("stylize", "FILE", "--out", "a.png"), 2, "--style"),
        (("stylize", "FILE", "--style", "pencil", "--amount", "2", "--out", "a.png"), 2, "--amount"),
        (("stylize", "FILE", "--style", "cubism", "--out", "a.png"), 1, "no style 'cubism'"),
        (("stylize", "CARS", "--style", "pixar", "--out", "a.png"), 1, "styles are for"),
        (("morph", "FILE", "CARS", "--out", "a.mp4"), 1, "same domain"),
        (("weights", "get", "faces", "--style", "cubism"), 2, "pixar"),
        (("weights", "get", "cars", "--style", "pixar"), 2, "none to fetch"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_done_is_said(
    arguments: tuple[str, ...], status: int, said: str, style: str, code: Tensor, tmp_path: Path
) -> None:
    files = {"FILE": saved(tmp_path, code), "CARS": saved(tmp_path, code, "cars")}
    assert style in BUNDLED
    ended, told = run(*(files.get(word, word) for word in arguments))
    assert ended == status
    assert said in told


def test_a_failure_is_one_line(tmp_path: Path) -> None:
    answer = hyperstyle("stylize", tmp_path / "none.safetensors", "--style", "pencil", "--out", tmp_path / "a.png")
    assert (answer.returncode, len(answer.stderr.splitlines())) == (1, 1)
