"""Pictures of inversions for tests."""

from collections.abc import Sequence

from hyperstyle.editing.directions import Edit
from hyperstyle.editing.rendering import Renderer
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.photo.reading import Pixels


def draw(model: Model, inversion: Inversion, edits: Sequence[Edit] = ()) -> Pixels:
    """The picture [H, W, 3] of an inversion that is drawn once."""
    return Renderer.of(model, inversion).draw(edits)
