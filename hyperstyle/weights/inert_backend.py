"""A build backend that builds nothing: it tells pip an archive's name and version, and runs none of its code.

`pip download` asks for the metadata of an old archive, for which it would install setuptools from the index and run the
archive's setup.py. `package.py` puts this file in the place of `setuptools.build_meta`, the backend of every archive
that names none. Only the archive's data files are needed. This file runs inside pip: standard library only, no imports
from this program.
"""

import sys
from email.parser import HeaderParser
from pathlib import Path


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: object = None) -> str:  # noqa: ARG001
    """Write the least metadata that pip accepts, from the archive's PKG-INFO, and return the name of its folder."""
    stated = HeaderParser().parsestr(Path("PKG-INFO").read_text(encoding="utf-8"))
    folder = Path(metadata_directory, f"{stated['Name'].replace('-', '_')}-{stated['Version']}.dist-info")
    folder.mkdir()
    Path(folder, "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {stated['Name']}\nVersion: {stated['Version']}\n", encoding="utf-8"
    )
    return folder.name


__legacy__ = sys.modules[__name__]  # the name that pip asks for where an archive names no backend
