"""Several faces of one photo, changed one after the other and undone one by one, in a browser."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from hyperstyle.photo.reading import read_photo
from tests.web.conftest import EXAMPLES, Open
from tests.web.served_page import Served
from tests.web.visitor import faces, status, upload


@pytest.fixture(scope="module")
def three_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo with three faces beside each other."""
    path = tmp_path_factory.mktemp("photos") / "three.png"
    rows = [
        np.asarray(Image.open(EXAMPLES / f"{name}.jpg").convert("RGB").resize((480, 480)))
        for name in ("female_080", "male_090", "male_095")
    ]
    Image.fromarray(np.concatenate(rows, axis=1)).save(path)
    return path


def change(page: Page, face: int, direction: str) -> None:
    """Invert a face, move a slider to its end, and apply that."""
    faces(page).nth(face).click()
    page.locator("#invert").click()
    expect(status(page)).to_contain_text("Done.")
    page.get_by_role("tab", name="Edit").click()
    before = page.locator("#edited .after")
    expect(before).to_be_visible()
    shown = before.get_attribute("src") or ""
    page.locator(f"#edit-faces-{direction} input[type=range]").press("End")
    expect(page.locator("#edited .after")).not_to_have_attribute("src", shown)
    page.locator("#edit-apply").click()
    expect(page.get_by_role("tab", name="Invert")).to_have_attribute("aria-selected", "true")


def test_three_faces_are_changed_differently_and_undone_one_by_one(
    visit: Open, served: Served, three_faces: Path
) -> None:
    page = visit()
    upload(page, three_faces)
    expect(faces(page)).to_have_count(3)
    changes = page.locator("#changes button")
    for face, direction in enumerate(("age", "smile", "age")):
        change(page, face, direction)
        expect(changes).to_have_count(face + 1)
    (session,) = (one for one in served.services.sessions.all() if len(one.changes) == 3)
    photo = read_photo(three_faces).pixels
    middles = [(face.box[0] + face.box[2]) / 2 for face in session.faces]

    def changed() -> set[int]:
        """The faces that differ from the photo."""
        columns = (served.services.photo(session).pixels != photo).any(axis=(0, 2)).nonzero()[0]
        return {int(np.abs(np.array(middles) - column).argmin()) for column in columns}

    assert changed() == {0, 1, 2}
    kept = served.services.photo(session).pixels
    assert kept is served.services.photo(session).pixels  # the changes are not pasted again
    changes.nth(1).click()  # go back to the second
    expect(changes).to_have_count(2)
    assert changed() == {0, 2}
    page.get_by_role("tab", name="Edit").click()
    expect(page.locator("#edit-faces-smile input[type=range]")).to_have_value("5")
    page.locator("#edit-apply").click()
    expect(changes).to_have_count(3)
    for left in ({0, 2}, {0}, set()):  # the second was applied last
        page.locator("#undo-change").click()
        expect(changes).to_have_count(len(left))
        assert changed() == left
    assert np.array_equal(served.services.photo(session).pixels, photo)


def test_everyone_is_changed_at_once(visit: Open, served: Served, three_faces: Path) -> None:
    page = visit()
    upload(page, three_faces)
    expect(faces(page)).to_have_count(3)
    page.locator("#invert").click()
    expect(status(page)).to_contain_text("Done.")
    page.get_by_role("tab", name="Edit").click()
    shown = page.locator("#edited .after").get_attribute("src") or ""
    page.locator("#edit-faces-age input[type=range]").press("End")
    expect(page.locator("#edited .after")).not_to_have_attribute("src", shown)
    page.locator("#everyone").click()
    expect(page.locator("#changes button")).to_have_count(3)
    (session,) = (one for one in served.services.sessions.all() if len(one.changes) == 3)
    assert {change.edits.amounts["age"] for change in session.changes} == {5.0}
    assert len({change.step.inversion.quad for change in session.changes}) == 3
