"""HyperStyle Studio: inverts photos into a StyleGAN and edits them.

import hyperstyle

studio = hyperstyle.load("faces-lite")
inversion = studio.invert("me.jpg")
studio.render(inversion, smile=2, age=-3).save("out.png")
"""

from importlib import import_module
from typing import TYPE_CHECKING

from hyperstyle.errors import StudioError
from hyperstyle.thread_waiting import set_waiting_defaults

if TYPE_CHECKING:
    from hyperstyle.api import domains, load
    from hyperstyle.editing.edits import Edits, StyleChoice, TextEdit
    from hyperstyle.inversion.inversion import Inversion
    from hyperstyle.inverter import InversionStep, Inverter

__version__ = "0.2.0"
__all__ = [
    "Edits",
    "Inversion",
    "InversionStep",
    "Inverter",
    "StudioError",
    "StyleChoice",
    "TextEdit",
    "__version__",
    "domains",
    "load",
]

_MODULES = {
    "Edits": "hyperstyle.editing.edits",
    "Inversion": "hyperstyle.inversion.inversion",
    "InversionStep": "hyperstyle.inverter",
    "Inverter": "hyperstyle.inverter",
    "StyleChoice": "hyperstyle.editing.edits",
    "TextEdit": "hyperstyle.editing.edits",
    "domains": "hyperstyle.api",
    "load": "hyperstyle.api",
}
"""Public name -> module that defines it, imported on first use, because importing torch takes a second."""


set_waiting_defaults()  # here, because OpenMP reads its settings when torch is imported


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
