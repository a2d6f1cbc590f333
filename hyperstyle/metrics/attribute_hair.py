"""Length, curls, bangs and colour of hair, and the eyebrows, from colours and edges of a portrait.

As those of `attribute_colours.py`, these labels are measurements that are right at the extremes. They are NaN where a
face does not show what they measure.
"""

import numpy as np
from numpy.typing import NDArray

from hyperstyle.metrics.attribute_mesh import FOREHEAD, LEFT_CHEEK, LEFT_JAW, RIGHT_CHEEK, RIGHT_JAW
from hyperstyle.metrics.attribute_scene import FEW, PERSON, Scene

BANDS = ((0.2, 0.6), (0.6, 1.0), (1.0, 1.4), (1.4, 1.8), (1.8, 2.2))
"""From where to where beside the face, downwards, hair is looked for."""
BAND_WIDTH = 0.55
JAW_FROM = 0.9  # bands below this are beside the jaw, those above beside the cheeks
BLOCK = 8  # side of the blocks of pixels in which the edges of hair are compared
MIN_BLOCKS = 6
BROW_TOPS = (63, 105, 66, 293, 334, 296)  # landmarks on the upper edges of the brows
BROW_LINE = np.stack((np.zeros(34), np.linspace(-0.16, 0.17, 34)), 1)  # down across a brow, in the face's coordinates
SKIN_ABOVE = 8  # places of the line that are above the brow
COVERED = 0.25  # darkness of a forehead from which hair covers it


def hair_labels(scene: Scene) -> dict[str, float]:
    """Return the labels of the hair and the brows; a larger value means more of what the name says."""
    luma, blue, red = scene.hair.tolist()
    skin = scene.skin
    curls, straightness = curls_and_straightness(scene)
    bangs = forehead_darkness(scene)
    return {
        "hair-length": max(hair_length(scene, side) for side in (-1, 1)),
        "bangs": bangs,
        "curls": curls,
        "straight-hair": straightness,
        "red-hair": (red - 128) / max(luma, 30) - (skin[2] - 128) / max(skin[0], 30),
        "grey-hair": luma - 4 * float(np.hypot(blue - 128, red - 128)),
        "thick-brows": brow_darkness(scene) if bangs < COVERED else np.nan,
    }


def hair_length(scene: Scene, side: int) -> float:
    """Return how far down hair goes on without a gap beside the face, -1 for the picture's left and 1 for its right."""
    cheek, jaw = scene.mesh[[LEFT_CHEEK, LEFT_JAW] if side < 0 else [RIGHT_CHEEK, RIGHT_JAW], 0]
    length, least = 0.0, 1.0
    for top, bottom in BANDS:
        out = side * (scene.x - (cheek if top < JAW_FROM else jaw))
        seen = scene.hairiness[(out > 0) & (out < BAND_WIDTH) & (scene.y > top) & (scene.y < bottom)]
        if seen.size >= FEW:  # else beyond the picture's edge
            least = min(least, float(np.percentile(seen, 70)))
        length += least
    return length


def forehead_darkness(scene: Scene) -> float:
    """Return how much darker than the cheeks the forehead is, as a share: hair that hangs over it makes it dark."""
    brows, top = scene.mesh[list(BROW_TOPS), 1].min() - 0.1, scene.mesh[FOREHEAD, 1]
    forehead = scene.face & (scene.y < brows) & (scene.y > top)
    if forehead.sum() < FEW:
        return float("nan")
    return float(1 - scene.colours[forehead, 0].mean() / scene.skin[0])


def curls_and_straightness(scene: Scene) -> tuple[float, float]:
    """Return two measurements of the edges in the hair; NaN where little hair is seen.

    Where hair is straight, the edges in a block of pixels have one direction: the coherence of the structure tensor is
    near 1. Curls have strong edges in all directions.
    """
    hair = (scene.person > PERSON) & ~scene.face & (scene.distance(scene.hair) < 60) & (scene.y < 1.5)
    down, across = np.asarray(np.gradient(scene.luma), np.float32)
    full = blocks(hair.astype(np.float32), BLOCK // 2) > 0.95
    if full.sum() < MIN_BLOCKS:
        return float("nan"), float("nan")
    xx, xy, yy = (blocks(product, BLOCK)[full] for product in (across * across, across * down, down * down))
    energy = np.sqrt(xx + yy)
    disorder = 1 - np.hypot(xx - yy, 2 * xy) / (xx + yy + 1e-6)
    curls = (energy * disorder).mean() / max(float(scene.hair[0]), 20)
    straightness = -np.log(energy.mean() + 1) * (energy * disorder).sum() / energy.sum()
    return float(curls), float(straightness)


def blocks(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return the means [H / side, W / side] of square blocks of values [H, W]."""
    height, width = values.shape
    return values.reshape(height // side, side, width // side, side).mean((1, 3))


def brow_darkness(scene: Scene) -> float:
    """Return how much darker than the skin above them the brows are, as a share, over lines down across them."""
    places = scene.frame.to_picture(scene.mesh[list(BROW_TOPS), None] + BROW_LINE)
    column, row = np.moveaxis(np.clip(places, 0, len(scene.luma) - 1).astype(int), -1, 0)
    lines = scene.luma[row, column]
    skin = np.maximum(np.median(lines[:, :SKIN_ABOVE], 1, keepdims=True), 20)
    return float(np.clip(1 - lines / skin, 0, 1).mean())
