"""Inversions edited inside of their photos: what an edit changes is carried there, all else stays."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image

from hyperstyle.editing.edits import Edits
from hyperstyle.editing.person import person_in
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.photo.alignment import align
from hyperstyle.photo.edit_transfer import EditedCrop, transfer_edit
from hyperstyle.photo.painting import Painted
from hyperstyle.photo.pasting import paste_back, paste_change
from hyperstyle.photo.reading import Photo, Pixels

RECONSTRUCTIONS_KEPT = 16
"""Pictures before any edit, 3 MB each: those of the inversions that are being edited just now."""


class PhotoEditor:
    """Carries edits into photos; `draw` draws an inversion with edits [H, W, 3], wherever its generator is."""

    def __init__(self, draw: Callable[[Inversion, Edits], Pixels]) -> None:
        self._draw = draw
        self.reconstruction = lru_cache(RECONSTRUCTIONS_KEPT)(self._draw_reconstruction)
        """The picture [H, W, 3] of an inversion at a strength of its offsets, without edits."""

    def edit_crop(
        self, original: Pixels, inversion: Inversion, edits: Edits, painted: Painted | None = None
    ) -> EditedCrop:
        """The inverted part of a photo with edits; `original` is that part at the size of the generator's pictures.

        A style changes the whole picture, and takes the place of all of it, or of the person.
        """
        return self.carry(original, inversion, edits, self._draw(inversion, edits), painted)

    def carry(
        self, original: Pixels, inversion: Inversion, edits: Edits, edited: Pixels, painted: Painted | None = None
    ) -> EditedCrop:
        """Carry a picture that was drawn with these edits into the inverted part of a photo, which keeps its size."""
        if edits.style:
            if not edits.style.person_alone:
                return EditedCrop.of_whole_picture(edited)
            height, width = original.shape[:2]
            edited = np.asarray(Image.fromarray(edited).resize((width, height), Image.Resampling.BICUBIC))
            return EditedCrop.of_part(original, edited, np.maximum(person_in(original), person_in(edited)))
        return transfer_edit(original, self.reconstruction(inversion, edits.strength), edited, painted)

    def original(self, photo: Photo, inversion: Inversion) -> Pixels:
        """The part of a photo that was inverted, as `edit_crop` takes it."""
        check_photo(photo, inversion)
        return align(photo.pixels, inversion.quad, *self.reconstruction(inversion, 1.0).shape[:2])

    def paste(
        self,
        photo: Photo,
        inversion: Inversion,
        edits: Edits,
        painted: Painted | None = None,
        *,
        whole: bool = False,
    ) -> Pixels:
        """The photo [H, W, 3] that was inverted, edited: a new array; without edits, the photo bit for bit.

        With `whole`, the generator's picture takes the place of all that was inverted, as that of a style does
        unless it is for the person alone.
        """
        check_photo(photo, inversion)
        if whole or (edits.style and not edits.style.person_alone):
            return paste_back(photo.pixels, self._draw(inversion, edits), inversion.quad)
        if edits.are_none:
            return photo.pixels.copy()
        original = self.original(photo, inversion)
        return put_back(photo, original, inversion, self.edit_crop(original, inversion, edits, painted))

    def forget(self) -> None:
        """Drop the pictures that are kept."""
        self.reconstruction.cache_clear()

    def _draw_reconstruction(self, inversion: Inversion, strength: float) -> Pixels:
        """The picture without edits."""
        return self._draw(inversion, Edits(strength=strength))


def put_back(photo: Photo, original: Pixels, inversion: Inversion, crop: EditedCrop) -> Pixels:
    """Return the photo [H, W, 3] with the part that was inverted, `original`, as it was edited."""
    return paste_change(photo.pixels, original, crop.pixels, inversion.quad, crop.kept_detail)


def check_photo(photo: Photo, inversion: Inversion) -> None:
    """Refuse a photo that cannot be the one that was inverted."""
    height, width = photo.pixels.shape[:2]
    if (width, height) != inversion.photo_size:
        wanted = "{} x {}".format(*inversion.photo_size)
        raise StudioError(f"This is not the photo that was inverted: choose that one, which has {wanted} pixels.")
