"""The table of teachers."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import Tensor

from hyperstyle.training.styles import teachers, toon_teacher

Teacher = Callable[[Tensor], Tensor]
"""Maps pictures [N, 3, H, W], RGB in [-1, 1], to the same pictures in its style."""

TEACHERS: Mapping[str, Teacher] = MappingProxyType(
    {
        "pencil": teachers.pencil,
        "comic": teachers.comic,
        "poster": teachers.poster,
        "toon": toon_teacher.toon,
        "watercolour": teachers.watercolour,
    }
)
"""Name of a style -> its teacher."""
