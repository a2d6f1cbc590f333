"""A generator of another kind of pictures, drawn by the codes of faces: a person as an animal."""

import torch
from torch import Tensor

from hyperstyle.networks.code_transform import CodeTransform
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.generator import Generator, Kernels, Offsets, Styles
from hyperstyle.networks.mobile_stylegan import MobileGenerator


class GuestGenerator(Generator):
    """Takes codes of the face generator, transforms them to codes of `host`, and draws these."""

    n_styles = MobileGenerator.n_styles
    has_style_space = False

    def __init__(self, host: CompactGenerator, transform: CodeTransform, truncation: float = 1.0) -> None:
        """`truncation` pulls the transformed codes to their mean: 1 not at all, 0 completely."""
        super().__init__()
        self.host = host
        self.transform = transform
        self.truncation = truncation
        self.size = host.size

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute feature maps in `dtype` from now on."""
        self.compute_dtype = dtype
        self.host.compute_in(dtype)

    def styles(self, codes: Tensor) -> Styles:
        """Return the host's styles of face codes in W [N, 512] or W+ [N, 18, 512], of which it takes the first."""
        mean = self.transform.mean
        moved = mean + self.truncation * (self.transform(codes.float()) - mean)
        return self.host.styles(moved if moved.ndim == 2 else moved[:, : self.host.n_styles])

    def kernels(self, offsets: Offsets | None = None) -> Kernels:
        """Return the host's kernels."""
        return self.host.kernels(offsets)

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Return the host's pictures [N, 3, size, size], RGB, about [-1, 1] and not clamped."""
        return self.host.synthesize(styles, kernels)
