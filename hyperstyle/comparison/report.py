"""The report of a comparison: tables, curves and a strip of pictures."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hyperstyle.comparison.curves import TITLES, curve, edit_curve
from hyperstyle.comparison.groups import GroupReport
from hyperstyle.comparison.means import MethodSums
from hyperstyle.comparison.rows import ComparisonRow, RowStore
from hyperstyle.comparison.strip import strip
from hyperstyle.comparison.table import as_json, as_markdown
from hyperstyle.domain_table import Domain
from hyperstyle.files import atomic_write, write_text
from hyperstyle.inversion.methods import Method
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo


class Report:
    """Running means of a comparison's rows, and the files that report them."""

    def __init__(
        self,
        domain: Domain,
        methods: Sequence[Method],
        store: RowStore,
        groups: GroupReport | None = None,
        own_nscd: float | None = None,
    ) -> None:
        """`groups` adds tables by groups of people; `own_nscd` is the mean NSCD of the generator's own codes."""
        self._domain = domain
        self._methods = methods
        self._store = store
        self._groups = groups
        self._own_nscd = own_nscd
        self._sums: dict[str, MethodSums] = defaultdict(MethodSums)
        self._photos: dict[str, None] = {}
        self._directions: dict[str, None] = {}

    def add(self, row: ComparisonRow) -> None:
        """Add a row."""
        self._sums[row.method].add(row)
        if self._groups:
            self._groups.add(row)
        self._photos[row.photo] = None
        self._directions |= dict.fromkeys(edit.direction for edit in row.edits)

    def write(self, folder: Path) -> None:
        """Write table.md, table.json, a curve for each metric and each direction, and strip.png."""
        title = f"{len(self._photos)} photos, {self._domain.title}"
        text = as_markdown(title, self._methods, self._sums, self._own_nscd)
        content = as_json(title, self._methods, self._sums)
        if self._groups:
            text += "\n" + self._groups.as_markdown(self._methods)
            content["groups"] = self._groups.as_json(self._methods)
        write_text(folder / "table.md", text)
        write_text(folder / "table.json", json.dumps(content, indent=1))
        titles = {method.name: method.title for method in self._methods}
        for figure in TITLES if self._domain.faces else [figure for figure in TITLES if figure != "identity"]:
            with atomic_write(folder / f"curve-{figure}.svg") as part:
                part.write_bytes(curve(figure, titles, self._sums))
        for direction in self._directions:
            with atomic_write(folder / f"curve-edit-{direction}.svg") as part:
                part.write_bytes(edit_curve(direction, titles, self._sums))
        view = self._domain.view
        sheet = strip(self._store, list(self._photos), {"photo": "photo"} | titles, (view.width, view.height))
        save_photo(folder / "strip.png", np.asarray(sheet), Photo(np.asarray(sheet)))
