"""`python -m hyperstyle weights ...`: what is here, and getting the rest."""

import logging
from collections.abc import Iterable
from typing import Annotated

import typer

from hyperstyle.errors import StudioError
from hyperstyle.weights.catalogue import NEEDED, OPTIONAL, WEIGHTS
from hyperstyle.weights.fetching import Status, fetch, status
from hyperstyle.weights.folders import cache_folder, user_folders
from hyperstyle.weights.progress import terminal_bar

app = typer.Typer(help="Weight files: what is here, and getting the rest.", no_args_is_help=True)


@app.command("list")
def show() -> None:
    """Show, for every domain, which weights are here and checked, and where the others would come from.

    No network is asked, so nothing is said about whether those places can be reached just now.
    """
    for folder in user_folders():
        typer.echo(f"your files (HYPERSTYLE_WEIGHTS): {folder}{'' if folder.is_dir() else '  -- no such folder'}")
    typer.echo(f"the program's own (HYPERSTYLE_CACHE): {cache_folder()}")
    for domain, names in NEEDED.items():
        needed = [status(WEIGHTS[name]) for name in names]
        typer.echo(f"\n{domain}: {_verdict(domain, needed)}")
        for state in needed:
            _row(state)
        for name in OPTIONAL.get(domain, ()):
            _row(status(WEIGHTS[name]), "optional: ")


@app.command()
def get(what: Annotated[str, typer.Argument(metavar="DOMAIN", help="A domain, or the name of one weight.")]) -> None:
    """Fetch all that a domain needs, or one weight by its name; what is here already is not fetched again."""
    if what not in NEEDED and what not in WEIGHTS:
        raise typer.BadParameter(f"{what!r} is neither a domain ({', '.join(NEEDED)}) nor a weight that `list` shows")
    # A cut connection is taken up again; the client's warnings about it would break the bar.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    unreachable: set[str] = set()
    failed = False
    for name in NEEDED.get(what, (what,)):
        try:
            with terminal_bar(name) as bar:
                path = fetch(WEIGHTS[name], bar, unreachable)
        except StudioError as error:
            typer.echo(error, err=True)
            failed = True
        else:
            typer.echo(f"{name}: {path}")
    raise typer.Exit(int(failed))


def _verdict(domain: str, needed: Iterable[Status]) -> str:
    missing = [state.weight for state in needed if state.path is None]
    if not missing:
        return "ready"
    size = sum(weight.size or 0 for weight in missing)
    more = " and files of unknown size" if any(weight.size is None for weight in missing) else ""
    return (
        f"{len(missing)} {'file is' if len(missing) == 1 else 'files are'} missing ({_size(size)}{more}); "
        f"`python -m hyperstyle weights get {domain}` tries to fetch"
    )


def _row(state: Status, note: str = "") -> None:
    weight = state.weight
    size = _size(weight.size) if weight.size is not None else "?"
    here = "ready" if state.path else "missing"
    typer.echo(f"  {here:8} {weight.name:26} {size:>9}  {note}{weight.title}")
    typer.echo(f"  {'':8} {state.summary}")
    typer.echo(f"  {'':8} licence: {weight.licence}; {weight.check}")


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
