"""Pages of docs/ of which a part is written by what measured it."""

from pathlib import Path

from hyperstyle.files import write_text


def fill(page: Path, text: str, name: str = "measured") -> None:
    """Put a text between the marks `<!-- name -->` and `<!-- end -->` of a page, in place of what is there."""
    start, end = f"<!-- {name} -->", "<!-- end -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(start)
    write_text(page, f"{before}{start}\n\n{text.strip()}\n\n{end}{rest.partition(end)[2]}")
