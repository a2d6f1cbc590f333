"""The result of an inversion: a value that can be saved to one file and opened again.

The file is safetensors: its tensors are the code and the offsets, its metadata has everything else as JSON. Offsets are
saved in 16 bits, which halves the file and changes the picture by less than can be seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from hyperstyle.domain_table import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.metrics.photo_metrics import Metrics
from hyperstyle.networks.generator import Generator, OffsetMode, Offsets
from hyperstyle.photo.quads import Quad

FORMAT = "hyperstyle inversion"
VERSION = 1
"""Version of the file format, raised whenever older programs would misread a file."""

CODE = 512  # length of a code
_OFFSET = "offset."  # prefix of an offset's name; the layer index follows


@dataclass(frozen=True)
class StepRecord:
    """Metrics and duration of one step."""

    index: int
    """Number of the step; 0 is the picture before any refinement."""
    metrics: Metrics
    seconds: float
    """Time that this step alone took."""

    def to_json(self) -> dict[str, float | None]:
        """Return the step as one flat object: `index`, the metrics, `seconds`."""
        return {"index": self.index, **asdict(self.metrics), "seconds": self.seconds}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "StepRecord":
        """Return the step of an object that `to_json` made."""
        numbers = {name: entry[name] for name in ("l2", "lpips", "ms_ssim")}
        identity = entry["identity"]
        return cls(
            int(entry["index"]),
            Metrics(
                **{name: float(value) for name, value in numbers.items()},
                identity=None if identity is None else float(identity),
            ),
            float(entry["seconds"]),
        )


def summary(steps: Sequence[StepRecord]) -> str:
    """Return one line with the last step's metrics and the time of all steps."""
    metrics = steps[-1].metrics
    identity = "no face found" if metrics.identity is None else f"{metrics.identity:.3f}"
    return (
        f"L2 {metrics.l2:.4f}, LPIPS {metrics.lpips:.3f}, MS-SSIM {metrics.ms_ssim:.3f}, identity {identity}, "
        f"{sum(step.seconds for step in steps):.1f} s"
    )


@dataclass(frozen=True, eq=False)
class Inversion:
    """A photo inverted into a generator: everything needed to render it again, edit it and paste it back."""

    domain: str
    """Name of the domain, whose generator the codes and offsets are for."""
    method: str
    """Name of the inversion method."""
    codes: Tensor
    """Code [1, 512] in W or [1, n_styles, 512] in W+."""
    offsets: Offsets
    """Weight offsets of the generator's kernels, one picture's."""
    quad: Quad
    """Part of the photo that was inverted."""
    photo_size: tuple[int, int]
    """Width and height of the photo in pixels, a check that a picture to paste into is that photo."""
    steps: tuple[StepRecord, ...]
    """Record of every step, the picture before any refinement first."""
    offset_mode: OffsetMode = OffsetMode.MULTIPLIED
    """Way in which the generator applies the offsets."""
    key: str = field(default_factory=lambda: token_hex(8), init=False, repr=False)
    """Identifier of this value, unique across processes, for caches of what is computed from it."""

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inversion) and self.key == other.key

    @property
    def nbytes(self) -> int:
        """Bytes of its tensors."""
        return self.codes.nbytes + sum(offset.nbytes for offset in self.offsets.values())

    def compact(self) -> "Inversion":
        """Return a copy on the CPU with offsets in 16 bits, as in a file, for keeping many inversions in memory."""
        offsets = {layer: offset.detach().half().cpu() for layer, offset in self.offsets.items()}
        return replace(self, codes=self.codes.detach().cpu(), offsets=offsets)

    def scaled(self, strength: float) -> "Inversion":
        """Return the inversion with its offsets multiplied by `strength`, in 32 bits; 0 leaves the code alone."""
        if strength == 1:
            return self
        return replace(self, offsets={layer: offset.float() * strength for layer, offset in self.offsets.items()})

    def on(self, generator: Generator) -> tuple[Tensor, Offsets]:
        """Return codes and offsets in 32 bits on the generator's device; a `StudioError` if they do not fit it."""
        if self.offsets and self.offset_mode != generator.offset_mode:
            raise StudioError(
                f"The inversion's offsets are {self.offset_mode}, but the generator of {self.domain} needs offsets "
                f"that are {generator.offset_mode}: invert the photo again."
            )
        kernels = generator.kernels()
        fits = self.codes.ndim == 2 or self.codes.shape[1] == generator.n_styles
        fits = fits and all(
            layer in kernels and _fits(offset, kernels[layer]) for layer, offset in self.offsets.items()
        )
        if not fits:
            raise StudioError(f"The inversion does not fit the generator of {self.domain}: invert the photo again.")
        device = next(generator.parameters()).device
        return self.codes.to(device), {layer: offset.to(device).float() for layer, offset in self.offsets.items()}

    def save(self, path: Path | str) -> None:
        """Write the inversion to a file, atomically."""
        tensors = {f"{_OFFSET}{layer}": _to_half(offset) for layer, offset in self.offsets.items()}
        tensors["codes"] = self.codes.detach().float().cpu().contiguous()
        story = {
            "domain": self.domain,
            "method": self.method,
            "offsets": self.offset_mode.value,
            "quad": self.quad.to_list(),
            "photo_size": self.photo_size,
            "steps": [step.to_json() for step in self.steps],
        }
        content = save(tensors, {"format": FORMAT, "version": str(VERSION), "inversion": json.dumps(story)})
        with atomic_write(Path(path)) as part:
            part.write_bytes(content)

    @classmethod
    def open(cls, path: Path | str) -> "Inversion":
        """Return the inversion in a file, on the CPU; a `StudioError` if the file is damaged or of an unknown kind."""
        path = Path(path)
        metadata, tensors = _read(path)
        if metadata.get("format") != FORMAT:
            raise StudioError(
                f"{path.name} is not a saved inversion: choose an inversion.safetensors from this program."
            )
        if not metadata.get("version", "").isdecimal() or int(metadata["version"]) > VERSION:
            raise StudioError(
                f"{path.name} was saved by a newer version of this program: update the program, then try again."
            )
        try:
            story = json.loads(metadata["inversion"])
            codes, offsets = _codes_and_offsets(tensors)
            width, height = story["photo_size"]
            inversion = cls(
                str(story["domain"]),
                str(story["method"]),
                codes,
                offsets,
                Quad.from_list(story["quad"]),
                (int(width), int(height)),
                tuple(StepRecord.from_json(entry) for entry in story["steps"]),
                OffsetMode(story.get("offsets", OffsetMode.MULTIPLIED)),  # older files lack it
            )
        except (KeyError, TypeError, ValueError, StudioError) as error:
            raise StudioError(
                f"{path.name} is damaged: invert the photo again, or use another copy of the file."
            ) from error
        if inversion.domain not in DOMAINS:
            raise StudioError(
                f"{path.name} is of the domain {inversion.domain!r}, which this version lacks: update the program."
            )
        return inversion


def _read(path: Path) -> tuple[Mapping[str, str], dict[str, Tensor]]:
    """Return metadata and tensors of a safetensors file."""
    try:
        with safe_open(path, framework="pt") as file:
            names: Sequence[str] = file.keys()
            return file.metadata() or {}, {name: file.get_tensor(name) for name in names}
    except OSError as error:
        raise StudioError(f"The inversion {path} cannot be opened: check that it is there and may be read.") from error
    except SafetensorError as error:
        raise StudioError(
            f"{path.name} is damaged, or not a saved inversion: choose an inversion.safetensors from this program."
        ) from error


def _codes_and_offsets(tensors: Mapping[str, Tensor]) -> tuple[Tensor, Offsets]:
    """Return codes and offsets in 32 bits, from a file's tensors; a `ValueError` if these are something else."""
    # Copies, because the mapped file may be overwritten while they are in use.
    copies = {name: tensor.to(torch.float32, copy=True) for name, tensor in tensors.items()}
    if not all(tensor.isfinite().all() for tensor in copies.values()):
        raise ValueError("not all numbers are finite")
    codes = copies.pop("codes")
    offsets = {int(name.removeprefix(_OFFSET)): tensor for name, tensor in copies.items()}
    if codes.ndim not in (2, 3) or codes.shape[0] != 1 or codes.shape[-1] != CODE:
        raise ValueError(f"codes of shape {list(codes.shape)}")
    return codes, offsets


def _fits(offset: Tensor, kernel: Tensor) -> bool:
    """Return True if an offset is one picture's and broadcasts to a kernel [out, in, kh, kw]."""
    single = offset.ndim == 4 or (offset.ndim == 5 and offset.shape[0] == 1)
    return single and all(
        extent in (1, wanted) for extent, wanted in zip(offset.shape[-4:], kernel.shape[-4:], strict=True)
    )


def _to_half(offset: Tensor) -> Tensor:
    """Return an offset in 16 bits, or in 32 bits if it exceeds the range of float16."""
    offset = offset.detach().float().cpu()
    half = offset.half()
    return (half if half.isfinite().all() else offset).contiguous()
