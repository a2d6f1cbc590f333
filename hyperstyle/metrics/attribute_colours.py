"""Brightness, side light, hair, lips, beard and glasses of a face, from the colours of patches placed by landmarks.

Without a network, these labels are reliable at the extremes, which latent boundaries are fitted on, and unreliable for
a single face in between.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.metrics.attribute_shapes import LEFT_EYE, RIGHT_EYE, Points, face_frame
from hyperstyle.photo.reading import Pixels

Patch = NDArray[np.float64]
"""Pixels [rows, columns, 3] in YCbCr (luma, blue, red difference), 0 to 255."""

LUMA, _, RED = range(3)
PATCH_SIZE = 12  # samples along each side of a patch


class FaceColours:
    """Samples colours of a picture [H, W, 3] in its face's coordinates (see `FaceFrame`)."""

    def __init__(self, pixels: Pixels, landmarks: Points) -> None:
        self._frame = face_frame(landmarks)
        self.face = self._frame.to_face(landmarks)
        self._picture = np.asarray(Image.fromarray(pixels).convert("YCbCr"), np.float64)

    def patch(
        self, x: float, y: float, width: float, height: float, samples: tuple[int, int] = (PATCH_SIZE, PATCH_SIZE)
    ) -> Patch:
        """Return the patch of that centre and size, in eye distances, with that many samples (rows, columns)."""
        across = x + np.linspace(-0.5, 0.5, samples[1]) * width
        down = y + np.linspace(-0.5, 0.5, samples[0]) * height
        places = self._frame.to_picture(np.stack(np.meshgrid(across, down), -1))
        bounds = np.array(self._picture.shape[1::-1]) - 1
        column, row = np.moveaxis(np.clip(np.rint(places), 0, bounds).astype(int), -1, 0)
        return self._picture[row, column]

    def colour(self, *landmarks: int, side: float = 0.2) -> NDArray[np.float64]:
        """Return the median colour [3] of a square patch at the mean of landmarks with those indices."""
        x, y = self.face[list(landmarks)].mean(0)
        return np.median(self.patch(x, y, side, side), (0, 1))


def colour_labels(pixels: Pixels, landmarks: Points) -> dict[str, float]:
    """Return the labels of the face in a picture [256, 256, 3]; a larger value means more of what the name says."""
    colours = FaceColours(pixels, landmarks)
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


def hair_colour(colours: FaceColours) -> NDArray[np.float64]:
    """Return the median colour [3] above the forehead."""
    return np.median(colours.patch(0, -1.45, 0.7, 0.3), (0, 1))


def beard(colours: FaceColours, skin: NDArray[np.float64]) -> float:
    """Return 1 - (mean luma around the mouth) / (luma of the cheeks); `skin` [3] is the cheeks' colour."""
    places = ((33, 51), (8, 57), (5, 48), (11, 54))
    return float(np.mean([(skin - colours.colour(*place, side=0.12))[LUMA] for place in places]) / skin[LUMA])


def glasses(colours: FaceColours, skin: NDArray[np.float64]) -> float:
    """Return the strength of horizontal edges on the bridge of the nose and below both eyes, in lumas of the skin.

    It is the geometric mean of both places, because glasses have both edges: a frown makes only the one on the bridge,
    a smile only the one below the eyes.
    """
    x, y = colours.face[27]
    bridge = horizontal_edge(colours.patch(x, y, 0.16, 0.5, (24, 8)))
    eyes = (colours.face[eye].mean(0) for eye in (LEFT_EYE, RIGHT_EYE))
    rims = min(horizontal_edge(colours.patch(x, y + 0.38, 0.3, 0.36, (18, 12))) for x, y in eyes)
    return (bridge * rims) ** 0.5 / float(skin[LUMA])


def horizontal_edge(patch: Patch) -> float:
    """Return the strongest horizontal edge: the largest luma difference between the medians of adjacent rows."""
    return float(np.abs(np.diff(np.median(patch[..., LUMA], 1))).max())
