"""A build backend that builds nothing: it tells pip an archive's name and version, and runs none of its code.

`pip download` insists on an old archive's metadata, and for that would install setuptools from the index and run the
archive's own setup.py. `package.py` lays this file out as `setuptools.build_meta`, which pip asks for the metadata of
every archive that names no backend of its own; all that is wanted of the archive are the data files in it. Standard
library only, and nothing of this program: it runs inside pip.
"""

import sys
from email.parser import HeaderParser
from pathlib import Path


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: object = None) -> str:  # noqa: ARG001
    """Write the least metadata that pip accepts, taken from the archive's PKG-INFO, and name its folder."""
    stated = HeaderParser().parsestr(Path("PKG-INFO").read_text(encoding="utf-8"))
    folder = Path(metadata_directory, f"{stated['Name'].replace('-', '_')}-{stated['Version']}.dist-info")
    folder.mkdir()
    Path(folder, "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {stated['Name']}\nVersion: {stated['Version']}\n", encoding="utf-8"
    )
    return folder.name


__legacy__ = sys.modules[__name__]  # the name that pip asks for where an archive names no backend
