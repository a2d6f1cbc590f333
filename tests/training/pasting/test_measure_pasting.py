"""A visible box is told from a change that fades."""

import numpy as np
import pytest

from hyperstyle.training.pasting.measure_pasting import seam

BEFORE = np.random.default_rng(0).integers(100, 110, (64, 64, 3), dtype=np.uint8)
SHARE = np.clip((24 - np.hypot(*(np.mgrid[:64, :64] - 32))) / 12, 0, 1).astype(np.float32)


def test_the_seam_of_an_untouched_photo_and_of_no_edge_is_1() -> None:
    assert seam(BEFORE, BEFORE, SHARE) == 1
    assert seam(255 - BEFORE, BEFORE, np.zeros((64, 64), np.float32)) == 1


def test_a_box_has_a_seam_and_a_change_that_fades_has_less() -> None:
    fading, box = ((BEFORE + 60 * share[..., None]).astype(np.uint8) for share in (SHARE, (SHARE > 0.3) * 1.0))
    assert seam(box, BEFORE, SHARE) > seam(fading, BEFORE, SHARE) > 1
    assert seam(box, BEFORE, SHARE) > 1.5
    assert seam((BEFORE + 60.0).astype(np.uint8), BEFORE, SHARE) == pytest.approx(1)
