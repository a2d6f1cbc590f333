"""Finding people's faces and their 68 landmarks."""

from pathlib import Path

import dlib

from hyperstyle.photo.finding import Finder, FoundFace, Limits
from hyperstyle.photo.quads import Quad, face_quad

_LIMITS = Limits(
    pixels=12_500_000,  # half a second; a photo of 12 megapixels is searched at its own size
    min_score=-0.4,  # 0 would miss a tenth of the faces that are just large enough
    min_best_score=0.0,
)


class Face(FoundFace):
    """A person's face: the box reaches from brow to chin.

    The 68 landmarks are in the order of iBUG 300-W: jaw, brows, nose, eyes, mouth.
    """

    @property
    def quad(self) -> Quad:
        """The crop by the alignment of FFHQ."""
        return face_quad(self.landmarks)


class FaceFinder(Finder[Face]):
    """Finds people's faces with dlib's own detector; thread-safe.

    The smallest face found is 60 pixels wide in photos of up to 12 megapixels. In larger photos it is
    60 * sqrt(megapixels / 12) pixels wide, so 120 at 48 megapixels.
    """

    def __init__(self, predictor_path: Path) -> None:
        predictor = dlib.shape_predictor(str(predictor_path))
        super().__init__(Face, dlib.get_frontal_face_detector(), predictor, _LIMITS)
