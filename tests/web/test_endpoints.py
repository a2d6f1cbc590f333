"""The page as programs use it."""

import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from hyperstyle.inversion.inversion import Inversion
from hyperstyle.recipe import recipe_in
from tests.web.conftest import EXAMPLES, png
from tests.web.served_page import SECONDS, Served

PORTRAIT = EXAMPLES / "male_090.jpg"
ENDPOINTS = ("/detect", "/invert", "/edit", "/paste", "/text", "/stylize", "/compare")


@pytest.fixture(scope="module")
def inverted(client: Client) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
    """Pictures, figures and the inversion of a portrait."""
    answer: tuple[list[dict[str, Any]], dict[str, Any], str] = client.predict(
        handle_file(str(PORTRAIT)), steps=2, api_name="/invert"
    )
    return answer


def pixels(path: str) -> np.ndarray[Any, Any]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_every_endpoint_is_documented_and_nothing_else_is(client: Client) -> None:
    api = client.view_api(return_format="dict", print_info=False)
    assert tuple(api["named_endpoints"]) == ENDPOINTS  # type: ignore[index]
    assert not api["unnamed_endpoints"]  # type: ignore[index]
    for endpoint in api["named_endpoints"].values():  # type: ignore[index]
        assert endpoint["description"]


def test_faces_are_detected_and_cut_out(client: Client, two_faces: Path) -> None:
    report, faces = client.predict(handle_file(str(two_faces)), api_name="/detect")
    boxes = [face["box"] for face in report["faces"]]
    assert len(boxes) == len(faces) == 2
    assert boxes[0][2] - boxes[0][0] > boxes[1][2] - boxes[1][0]
    with Image.open(faces[0]["image"]) as face:
        assert face.size == (1024, 1024)


def test_a_photo_becomes_pictures_figures_and_an_inversion(
    inverted: tuple[list[dict[str, Any]], dict[str, Any], str],
) -> None:
    pictures, report, file = inverted
    assert len(pictures) == len(report["steps"]) == 3
    assert report["steps"][2]["lpips"] > 0
    assert Inversion.open(Path(file)).method == "hyperstyle"


def test_edits_change_the_picture_and_zero_does_not(
    client: Client, inverted: tuple[list[dict[str, Any]], dict[str, Any], str]
) -> None:
    file = handle_file(inverted[2])
    plain = client.predict(file, {}, api_name="/edit")
    zero = client.predict(file, {"smile": 0}, api_name="/edit")
    smiling = client.predict(file, {"smile": 3}, api_name="/edit")
    assert (pixels(plain) == pixels(zero)).all()
    assert (pixels(plain) != pixels(smiling)).any()
    recipe = recipe_in(Path(smiling))
    assert recipe is not None
    assert recipe.edits == {"smile": 3}


def test_a_style_changes_the_picture_the_more_it_is_asked_for(
    client: Client, inverted: tuple[list[dict[str, Any]], dict[str, Any], str]
) -> None:
    file = handle_file(inverted[2])
    plain = pixels(client.predict(file, {}, api_name="/edit"))
    little, much = (client.predict(file, "bold", amount, api_name="/stylize") for amount in (0, 1))
    assert abs(pixels(much) - plain).mean() > abs(pixels(little) - plain).mean() > 0
    recipe = recipe_in(Path(much))
    assert recipe is not None
    assert (recipe.style, recipe.amount) == ("bold", 1)


def test_the_change_goes_into_the_photo_and_into_none_of_another_size(
    client: Client, inverted: tuple[list[dict[str, Any]], dict[str, Any], str], two_faces: Path, tmp_path: Path
) -> None:
    file, photo = handle_file(inverted[2]), handle_file(str(PORTRAIT))
    before = pixels(str(PORTRAIT))
    unedited = pixels(client.predict(photo, file, api_name="/paste"))
    assert abs(unedited - before).mean() < 1  # it is stored anew as JPEG
    whole, edited = (
        client.predict(photo, file, {"smile": 5}, whole=whole, api_name="/paste") for whole in (True, False)
    )
    changed = [(abs(pixels(path) - before) > 20).any(axis=2) for path in (whole, edited)]
    assert changed[0].mean() > changed[1].mean() > 0.005
    assert not changed[0][-20:].any()
    black = tmp_path / "black.png"
    Image.new("RGB", (64, 64)).save(black)
    kept = client.predict(photo, file, {"smile": 5}, mask=handle_file(str(black)), api_name="/paste")
    assert np.array_equal(pixels(kept), unedited)
    with Image.open(edited) as stored, Image.open(PORTRAIT) as own:
        assert stored.quantization == own.quantization  # type: ignore[attr-defined]
    with pytest.raises(AppError, match="not the photo that was inverted"):
        client.predict(handle_file(str(two_faces)), file, api_name="/paste")


def test_methods_are_compared(client: Client) -> None:
    reports, pictures = client.predict(handle_file(str(PORTRAIT)), methods=["w-encoder"], api_name="/compare")
    assert list(reports) == ["w-encoder"]
    assert len(pictures) == 1


@pytest.mark.parametrize(
    ("arguments", "name", "words"),
    [
        ({"photo": "no picture"}, "/detect", "picture"),
        ({"photo": "wall"}, "/invert", "No face was found"),
        ({"photo": "portrait", "domain": "<b>moon</b>"}, "/invert", "There is no domain"),
        ({"photo": "portrait", "domain": "cars"}, "/invert", "weight file"),
        ({"photo": "portrait", "method": "guess"}, "/invert", "There is no method"),
        ({"photo": "portrait", "face": 3}, "/invert", "no face 3"),
        ({"inversion": "portrait"}, "/edit", "not a saved inversion"),
        ({"inversion": "inversion", "edits": {"wings": 1}}, "/edit", "no direction 'wings'"),
        ({"inversion": "inversion", "edits": {"smile": "much"}}, "/edit", "Edits are numbers"),
        ({"inversion": "inversion"}, "/text", "no edits in words here"),
        ({"inversion": "inversion", "style": "moon"}, "/stylize", "no style 'moon'"),
    ],
)
def test_every_mistake_gets_a_sentence(
    client: Client,
    inverted: tuple[list[dict[str, Any]], dict[str, Any], str],
    tmp_path: Path,
    arguments: dict[str, Any],
    name: str,
    words: str,
) -> None:
    (tmp_path / "no picture.jpg").write_text("I am a face")
    (tmp_path / "wall.png").write_bytes(png(400, 300))
    (tmp_path / "face.safetensors").write_bytes(PORTRAIT.read_bytes())
    photos = {"no picture": tmp_path / "no picture.jpg", "wall": tmp_path / "wall.png", "portrait": PORTRAIT}
    files = {"inversion": inverted[2], "portrait": tmp_path / "face.safetensors"}
    given = dict(arguments)
    if "photo" in given:
        given["photo"] = handle_file(str(photos[given["photo"]]))
    if "inversion" in given:
        given["inversion"] = handle_file(str(files[given["inversion"]]))
    with pytest.raises(AppError, match=words) as refusal:
        client.predict(**given, api_name=name)
    sentence = str(refusal.value)
    assert "Traceback" not in sentence
    assert "/tmp" not in sentence
    assert "<b>" not in sentence


@pytest.mark.parametrize("path", ["/etc/passwd", "app.py", str(EXAMPLES.parent / "README.md"), "../README.md"])
def test_no_other_file_can_be_had(served: Served, path: str) -> None:
    assert httpx.get(f"{served.address}gradio_api/file={path}", timeout=SECONDS).status_code in (403, 404)


def test_no_file_of_the_server_is_taken_for_an_upload(served: Served) -> None:
    photo = {"path": str(PORTRAIT), "meta": {"_type": "gradio.FileData"}}
    call = httpx.post(f"{served.address}gradio_api/call/detect", json={"data": [photo]}, timeout=SECONDS)
    if call.status_code == 200:
        event = f"{served.address}gradio_api/call/detect/{call.json()['event_id']}"
        answer = httpx.get(event, timeout=SECONDS).text
        assert "event: error" in answer
        assert "complete" not in answer


def test_no_history_and_no_monitoring_is_kept(served: Served) -> None:
    for page in ("monitoring", "runs"):
        assert "summary" not in httpx.get(f"{served.address}{page}", timeout=SECONDS).text.lower()
    config = httpx.get(f"{served.address}config", timeout=SECONDS).json()
    assert not config.get("enable_monitoring")
    assert "analytics" not in json.dumps(config.get("analytics_enabled", False)).lower()
