"""What the colours at some places of a face say: skin, light, hair, lips, beard and glasses.

No network: patches whose places follow from the landmarks are compared. That is honest at the extremes, which is what
boundaries are fitted on, and no judge of the single face in between.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.metrics.attribute_shapes import LEFT_EYE, RIGHT_EYE, Points, frame_of
from hyperstyle.photo.reading import Pixels

Patch = NDArray[np.float64]
"""[rows, columns, 3]: luma, blueness and redness, 0 to 255."""

LUMA, _, RED = range(3)
STEPS = 12  # samples along a side of a patch


class Colours:
    """Patches of a picture [H, W, 3], asked for in the axes of its face."""

    def __init__(self, pixels: Pixels, landmarks: Points) -> None:
        self._frame = frame_of(landmarks)
        self.face = self._frame.to_face(landmarks)
        self._picture = np.asarray(Image.fromarray(pixels).convert("YCbCr"), np.float64)

    def patch(self, x: float, y: float, width: float, height: float, steps: tuple[int, int] = (STEPS, STEPS)) -> Patch:
        """The patch around (x, y), in distances of the eyes, sampled at (rows, columns)."""
        across = x + np.linspace(-0.5, 0.5, steps[1]) * width
        down = y + np.linspace(-0.5, 0.5, steps[0]) * height
        places = self._frame.to_picture(np.stack(np.meshgrid(across, down), -1))
        bounds = np.array(self._picture.shape[1::-1]) - 1
        column, row = np.moveaxis(np.clip(np.rint(places), 0, bounds).astype(int), -1, 0)
        return self._picture[row, column]

    def colour(self, *landmarks: int, side: float = 0.2) -> NDArray[np.float64]:
        """The median colour [3] midway between landmarks."""
        x, y = self.face[list(landmarks)].mean(0)
        return np.median(self.patch(x, y, side, side), (0, 1))


def colour_labels(pixels: Pixels, landmarks: Points) -> dict[str, float]:
    """Figures of a picture [256, 256, 3] with one face; the larger, the more of what the name says."""
    colours = Colours(pixels, landmarks)
    left, right = colours.colour(36, 3, 31, 48), colours.colour(45, 13, 35, 54)  # the cheeks
    skin = (left + right) / 2
    return {
        "brightness": skin[LUMA],
        "light-side": (right - left)[LUMA] / skin[LUMA],
        "hair-light": (hair_colour(colours) - skin)[LUMA],
        "lips-red": (colours.colour(57, 66, side=0.08) - skin)[RED],
        "beard": beard(colours, skin),
        "glasses": glasses(colours, skin),
    }


def hair_colour(colours: Colours) -> NDArray[np.float64]:
    """The median colour [3] above the forehead."""
    return np.median(colours.patch(0, -1.45, 0.7, 0.3), (0, 1))


def beard(colours: Colours, skin: NDArray[np.float64]) -> float:
    """How much darker than the cheeks the skin is around the mouth, as a share."""
    places = ((33, 51), (8, 57), (5, 48), (11, 54))
    return float(np.mean([(skin - colours.colour(*place, side=0.12))[LUMA] for place in places]) / skin[LUMA])


def glasses(colours: Colours, skin: NDArray[np.float64]) -> float:
    """How sharp the sharpest level edges are across the bridge of the nose and below both eyes.

    The mean is a geometric one, so that both have to be there: frowns make the one edge, smiles the other.
    """
    x, y = colours.face[27]
    bridge = level_edge(colours.patch(x, y, 0.16, 0.5, (24, 8)))
    eyes = (colours.face[eye].mean(0) for eye in (LEFT_EYE, RIGHT_EYE))
    rims = min(level_edge(colours.patch(x, y + 0.38, 0.3, 0.36, (18, 12))) for x, y in eyes)
    return (bridge * rims) ** 0.5 / float(skin[LUMA])


def level_edge(patch: Patch) -> float:
    """The largest change of luma from row to row, over the whole width."""
    return float(np.abs(np.diff(np.median(patch[..., LUMA], 1))).max())
