"""What several commands ask for in the same way."""

import typer

from hyperstyle.domains import DOMAINS, Domain


def domains_of(name: str | None) -> list[Domain]:
    """The domain of that name, or all of them; a wrong name is wrong usage."""
    if name is None:
        return list(DOMAINS.values())
    if name not in DOMAINS:
        raise typer.BadParameter(f"{name!r} is no domain; there are {', '.join(DOMAINS)}")
    return [DOMAINS[name]]
