"""A portrait in parts: where its person, its face and its hair are, in the face's coordinates, and their colours."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hyperstyle.metrics.attribute_mesh import FOREHEAD, OVAL
from hyperstyle.metrics.attribute_shapes import FaceFrame, Points, face_frame
from hyperstyle.photo.reading import Pixels

Grid = NDArray[np.float32]
"""A value for each pixel, [128, 128]."""
Mask = NDArray[np.bool_]
"""Whether something is true of each pixel, [128, 128]."""

SIDE = 128
PERSON, NOBODY = 0.5, 0.1  # probabilities of the person from which pixels count as it, and below which as background
CHROMA = 2.0  # weight of a difference in chroma against one in luma
FEW = 24  # pixels that a median or mean takes at least


@dataclass(frozen=True, eq=False)
class Scene:
    """An aligned portrait, pooled to 128 pixels."""

    colours: NDArray[np.float32]
    """YCbCr [128, 128, 3], 0 to 255."""
    luma: NDArray[np.float32]
    """Luma [256, 256] of the whole picture, 0 to 255."""
    frame: FaceFrame
    """The face's coordinates."""
    person: Grid
    """Probability of the person."""
    x: Grid
    """Across, in the face's coordinates."""
    y: Grid
    """Down, in the face's coordinates."""
    face: Mask
    """The oval from the forehead to the chin."""
    mesh: Points
    """The face's mesh [478, 2] in the face's coordinates."""

    @cached_property
    def skin(self) -> NDArray[np.float32]:
        """The median colour [3] of cheeks and nose."""
        return self.median(self.face & (self.y > 0.3) & (self.y < 0.9))

    @cached_property
    def hair(self) -> NDArray[np.float32]:
        """The median colour [3] above the forehead, or else beside it."""
        above = (self.person > PERSON) & (self.y < self.mesh[FOREHEAD, 1] - 0.12) & (np.abs(self.x) < 0.8)
        if above.sum() >= FEW:
            return self.median(above)
        return self.median((self.person > PERSON) & ~self.face & (self.y < 0))

    @cached_property
    def hairiness(self) -> Grid:
        """Likelihood [H, W] of hair, 0 to 1: high where the person has the hair's colour rather than the skin's."""
        from_hair, from_skin = self.distance(self.hair), self.distance(self.skin)
        return np.where(from_hair < from_skin + 15, np.exp(-from_hair / 40) * self.person, 0).astype(np.float32)

    def median(self, place: Mask) -> NDArray[np.float32]:
        """Return the median colour [3] of some pixels; NaN where there are few."""
        if place.sum() < FEW:
            return np.full(3, np.nan, np.float32)
        return np.median(self.colours[place], 0)

    def distance(self, colour: NDArray[np.float32]) -> Grid:
        """Return every pixel's distance from a colour [3]: of luma, plus twice that of both chromas."""
        luma, blue, red = np.moveaxis(np.abs(self.colours - colour), -1, 0)
        return luma + CHROMA * (blue + red)


def scene_of(pixels: Pixels, person: Grid, landmarks: Points, mesh: Points) -> Scene:
    """Return the scene of an aligned picture [256, 256, 3].

    `person` is the probability of the person [256, 256]; `landmarks` [68, 2] and `mesh` [478, 2] are in its pixels.
    """
    frame = face_frame(landmarks)
    picture = Image.fromarray(pixels)
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX).convert("YCbCr")
    scale = len(pixels) / SIDE
    centres = (np.arange(SIDE, dtype=np.float64) + 0.5) * scale
    places: Points = np.stack(np.meshgrid(centres, centres), -1)
    x, y = np.moveaxis(frame.to_face(places).astype(np.float32), -1, 0)
    face = Image.new("1", (SIDE, SIDE))
    ImageDraw.Draw(face).polygon([(x, y) for x, y in (mesh[list(OVAL)] / scale).tolist()], fill=1)
    likely = np.asarray(Image.fromarray(person).resize((SIDE, SIDE), Image.Resampling.BOX))
    colours, luma = np.asarray(small, np.float32), np.asarray(picture.convert("L"), np.float32)
    return Scene(colours, luma, frame, likely, x, y, np.array(face), frame.to_face(mesh))
