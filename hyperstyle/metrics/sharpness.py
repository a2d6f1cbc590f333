"""Sharpness of pictures against photos: how much of the finest detail that a photo holds its picture has."""

import torch
from torch import Tensor


def sharpness(picture: Tensor, photo: Tensor, resolution: float = 1.0) -> float:
    """Return the energy of the picture's highest octave divided by that of the photo's; 1 is as sharp, 0 is blurred.

    Both are [3, H, W]. `resolution` is the share of H and W, at most 1, that the photo had before it was enlarged to
    them: the octave ends there, since an enlarged photo holds nothing finer.
    """
    return float(octave_energy(picture, resolution) / octave_energy(photo, resolution))


def octave_energy(picture: Tensor, resolution: float) -> Tensor:
    """Return the energy, a scalar, of what a picture [3, H, W] loses where `resolution` of its size is halved.

    Frequencies are those of the cosine transform: the Fourier transform of the picture and its mirror images, which
    continue it without a jump.
    """
    height, width = picture.shape[-2:]
    mirrored = torch.cat((picture, picture.flip(2)), 2)
    mirrored = torch.cat((mirrored, mirrored.flip(1)), 1).double()
    energy = torch.fft.rfft2(mirrored, norm="ortho").abs().square().sum(0)

    def below(share: float) -> Tensor:
        return energy[: round(height * share), : round(width * share)].sum()

    return below(resolution) - below(resolution / 2)
