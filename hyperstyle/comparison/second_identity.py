"""A second opinion on whose face it is: ArcFace, where its weights are at hand.

They are for research alone, so that nobody is given them unasked; `weights get arcface-mobile` asks. What it looks at
are the small pictures that a comparison keeps, so that rows that were made without it get its opinion later.
"""

from importlib.util import find_spec

import torch

from hyperstyle.comparison.rows import Row, Rows
from hyperstyle.errors import StudioError
from hyperstyle.metrics.arcface import Identity
from hyperstyle.photo.reading import read_photo
from hyperstyle.photo.tensors import to_tensor
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import locate


class ArcFace:
    """Distances of faces in aligned pictures."""

    def __init__(self, network: Identity) -> None:
        self._network = network
        self._device = next(network.buffers()).device

    @classmethod
    def at_hand(cls, device: torch.device) -> "ArcFace | None":
        """The network, or None where its weights, or the package that reads them, are not here."""
        path = locate(WEIGHTS["arcface-mobile"])
        return cls(Identity(path).to(device)) if path and find_spec("onnx") else None

    @torch.no_grad()
    def distance(self, rows: Rows, row: Row) -> float | None:
        """From a photo's face to the one that a method made of it, or None where their pictures are not kept."""
        paths = rows.picture(row.photo), rows.picture(row.photo, row.method)
        try:
            seen, made = (to_tensor(read_photo(path).pixels).to(self._device) for path in paths)
        except StudioError:
            return None
        return float(self._network.distance(made, seen))
