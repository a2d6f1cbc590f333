"""The film at the top of the README: `python -m tests.film` makes it anew, with the public library alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import hyperstyle
from hyperstyle.photo.card import card

ROOT = Path(__file__).resolve().parents[1]
PHOTO = ROOT / "examples" / "female_099.jpg"
FILM = ROOT / "docs" / "film.webp"
SIDE = 400  # pixels: of a picture
STAYS, FADES = 900, 60  # milliseconds that a scene stays, and of each frame between two scenes
BETWEEN = 4  # frames between two scenes


@dataclass(frozen=True)
class Scene:
    """Two pictures side by side, and what they show."""

    left: Image.Image
    right: Image.Image
    text: str

    def draw(self) -> Image.Image:
        """Return it as a frame."""
        left, right = (np.asarray(picture.convert("RGB")) for picture in (self.left, self.right))
        return Image.fromarray(card(left, right, self.text, SIDE))


def scenes(studio: hyperstyle.Inverter) -> Iterator[Scene]:
    """Yield the photo, its refinements, edits, a style, and an edit in the photo."""
    photo = Image.open(PHOTO)
    for step in studio.steps(PHOTO):
        text = "first guess" if step.index == 0 else f"refinement {step.index}"
        yield Scene(photo, step.picture, f"photo  |  {text}")
    inversion = step.inversion
    yield Scene(photo, studio.render(inversion, smile=3), "photo  |  smiling")
    yield Scene(photo, studio.render(inversion, age=4), "photo  |  older")
    yield Scene(photo, studio.render(inversion, style="pencil"), "photo  |  as a pencil drawing")
    yield Scene(photo, studio.render(inversion, style="toon", smile=2), "photo  |  as a cartoon, smiling")
    yield Scene(
        photo, studio.paste(PHOTO, inversion, age=4, smile=1.5), "photo  |  older, smiling, and nothing else changed"
    )


def frames(story: list[Image.Image]) -> Iterator[tuple[Image.Image, int]]:
    """Yield frames with their milliseconds: every scene, faded into the next one."""
    for one, other in zip(story, story[1:] + story[:1], strict=True):
        yield one, STAYS
        for number in range(1, BETWEEN):
            yield Image.blend(one, other, number / BETWEEN), FADES


def main() -> None:
    """Make the film, and say how large it is."""
    story = [scene.draw() for scene in scenes(hyperstyle.load("faces-lite"))]
    pictures, durations = zip(*frames(story), strict=True)
    pictures[0].save(FILM, save_all=True, append_images=pictures[1:], duration=durations, loop=0, quality=72, method=6)
    print(f"{FILM.name}: {len(pictures)} frames, {FILM.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
