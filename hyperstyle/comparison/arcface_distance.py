"""ArcFace as a second identity metric of comparisons, where its weights are available.

The weights are licensed for research alone, so they are fetched only on request: `weights get arcface-mobile`. The
distance is computed from the stored small pictures, so rows that were made without it can be completed later.
"""

from importlib.util import find_spec

import torch

from hyperstyle.comparison.rows import ComparisonRow, RowStore
from hyperstyle.errors import StudioError
from hyperstyle.metrics.arcface import ArcFaceNetwork
from hyperstyle.photo.reading import read_photo
from hyperstyle.photo.tensors import to_tensor
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import locate


class ArcFaceDistance:
    """ArcFaceNetwork distance by ArcFace between the stored pictures of a comparison."""

    def __init__(self, network: ArcFaceNetwork) -> None:
        self._network = network
        self._device = next(network.buffers()).device

    @classmethod
    def if_available(cls, device: torch.device) -> "ArcFaceDistance | None":
        """Load ArcFace; return None where its weights, or the package that reads them, are missing."""
        path = locate(WEIGHTS["arcface-mobile"])
        return cls(ArcFaceNetwork(path).to(device)) if path and find_spec("onnx") else None

    @torch.no_grad()
    def distance(self, store: RowStore, row: ComparisonRow) -> float | None:
        """Return the distance between a row's picture and its photo; None where either picture is not stored."""
        paths = store.picture_path(row.photo), store.picture_path(row.photo, row.method)
        try:
            seen, made = (to_tensor(read_photo(path).pixels).to(self._device) for path in paths)
        except StudioError:
            return None
        return float(self._network.distance(made, seen))
