"""Light and colours of a portrait's background and clothes, and teeth between the lips."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hyperstyle.metrics.attribute_scene import FEW, NOBODY, PERSON, Mask, Scene

CLOTHES_FROM, CLOTHES_BESIDE = 2.05, 0.5  # below the eyes, and beside the neck, in distances of the eyes
INNER_LIPS = (78, 81, 13, 311, 308, 402, 14, 178)  # landmarks around the opening of the mouth
UPPER, LOWER = 13, 14  # landmarks: the middle of the lips' inner edges
OPENING = 0.125  # of the mouth, in distances of the eyes, from which teeth count in full


def surroundings_labels(scene: Scene) -> dict[str, float]:
    """Return the labels of background, clothes and teeth; a larger value means more of what the name says.

    They are NaN where neither background nor clothes are seen.
    """
    background = scene.person < NOBODY
    luma, blue, red = scene.median(background).tolist()
    below = (scene.y > CLOTHES_FROM) & (np.abs(scene.x) > CLOTHES_BESIDE)
    clothes_luma, clothes_blue, clothes_red = scene.median(
        (scene.person > PERSON) & below & (scene.hairiness < 0.4)
    ).tolist()
    return {
        "light-background": luma,
        "blue-background": blue,
        "red-background": red,
        "green-background": -blue - red,
        "colourful-background": colourfulness(scene.colours[background]),
        "busy-background": detail(scene, background),
        "light-clothes": clothes_luma,
        "blue-clothes": clothes_blue,
        "red-clothes": clothes_red,
        "teeth": teeth(scene),
    }


def colourfulness(colours: NDArray[np.float32]) -> float:
    """Return the mean strength of chroma of colours [N, 3]."""
    return float(np.hypot(*(colours[:, 1:] - 128).T).mean()) if len(colours) >= FEW else float("nan")


def detail(scene: Scene, place: Mask) -> float:
    """Return how much neighbouring pixels differ in luma."""
    down, across = np.gradient(scene.colours[..., 0])
    return float(np.hypot(down, across)[place].mean()) if place.sum() >= FEW else float("nan")


def teeth(scene: Scene) -> float:
    """Return the luma of the brightest fifth between the lips, in lumas of the skin; near 0 where the mouth is shut."""
    lips = scene.frame.to_picture(scene.mesh[list(INNER_LIPS)])
    shape = Image.new("1", scene.luma.shape)
    ImageDraw.Draw(shape).polygon([(x, y) for x, y in lips.tolist()], fill=1)
    between = scene.luma[np.array(shape)]
    if not between.size:
        return 0.0
    opening = float(scene.mesh[LOWER, 1] - scene.mesh[UPPER, 1])
    return float(np.percentile(between, 80) / scene.skin[0]) * min(1.0, opening / OPENING)
