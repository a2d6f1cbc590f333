"""The page as a visitor's browser talks to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from hyperstyle.domains import DOMAINS
from hyperstyle.web.page import build_page, domain_table
from tests.weights_at_hand import weight_file

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    page = build_page()
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    yield Client(address, verbose=False)
    page.close()


def test_every_domain_is_listed_with_what_it_lacks() -> None:
    rows = domain_table().splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [domain.title for domain in DOMAINS.values()]
    assert "weights get cars" in rows[2] or "ready" in rows[2]


@pytest.mark.parametrize("photo", sorted(EXAMPLES.glob("*.jpg")), ids=lambda path: path.stem)
def test_a_photo_comes_back_as_its_aligned_face(client: Client, photo: Path) -> None:
    weight_file("dlib-landmarks")
    faces = client.predict(handle_file(str(photo)), api_name="/align")
    assert len(faces) == 1
    with Image.open(faces[0]["image"]) as face:
        assert face.size == (1024, 1024)


def test_what_is_no_picture_gets_a_sentence(client: Client, tmp_path: Path) -> None:
    weight_file("dlib-landmarks")
    no_picture = tmp_path / "face.jpg"
    no_picture.write_text("I am a face")
    with pytest.raises(AppError) as refusal:
        client.predict(handle_file(str(no_picture)), api_name="/align")
    sentence = str(refusal.value)
    assert "picture" in sentence
    assert "/" not in sentence
    assert "Traceback" not in sentence


def test_a_photo_without_a_face_gets_a_sentence(client: Client, tmp_path: Path) -> None:
    weight_file("dlib-landmarks")
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "wall.png")
    with pytest.raises(AppError, match="No face was found"):
        client.predict(handle_file(str(tmp_path / "wall.png")), api_name="/align")
