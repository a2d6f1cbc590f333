"""Generated sections of the pages in docs/: tables that are written by the code that measured them."""

from pathlib import Path

from hyperstyle.files import write_text


def write_section(page: Path, text: str, name: str = "measured") -> None:
    """Replace the section of a Markdown page between the comments `<!-- name -->` and `<!-- end -->` by `text`."""
    start, end = f"<!-- {name} -->", "<!-- end -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(start)
    write_text(page, f"{before}{start}\n\n{text.strip()}\n\n{end}{rest.partition(end)[2]}")
