"""`python -m hyperstyle weights ...`: list, fetch, convert and check weight files."""

import logging
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import torch
import typer

from hyperstyle.cli.options import Device, device_of
from hyperstyle.device import choose_device, describe_device
from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.errors import StudioError
from hyperstyle.weights import conversion, parity
from hyperstyle.weights.catalogue import STYLE, TRAINING, WEIGHTS
from hyperstyle.weights.fetching import Status, fetch, status
from hyperstyle.weights.folders import cache_folder, user_folders
from hyperstyle.weights.progress import terminal_bar

GROUPS = {domain.name: domain.required_weights for domain in DOMAINS.values()} | {"training": TRAINING}
"""Domain, or "training" -> names of the weights that `get` fetches together."""

app = typer.Typer(help="List, fetch, convert and check weight files.", no_args_is_help=True)


@app.command("list")
def show() -> None:
    """Show which weights of every domain are on this machine, and where the others would come from.

    The list is made offline: it does not check that those places can be reached.
    """
    for folder in user_folders():
        typer.echo(f"your files (HYPERSTYLE_WEIGHTS): {folder}{'' if folder.is_dir() else '  -- no such folder'}")
    typer.echo(f"networks run on: {describe_device(choose_device())}")
    typer.echo(f"fetched files (HYPERSTYLE_CACHE): {cache_folder()}")
    for name, names in GROUPS.items():
        needed = [status(WEIGHTS[weight]) for weight in names]
        domain = DOMAINS.get(name)
        typer.echo(f"\n{name}: {_verdict(name, needed, domain)}")
        for state in needed:
            _row(state)
        for weight in domain.optional_weights if domain else ():
            _row(status(WEIGHTS[weight]), "optional: ")


@app.command()
def get(
    what: Annotated[str, typer.Argument(metavar="DOMAIN", help="A domain, or the name of one weight.")],
    style: Annotated[str | None, typer.Option(help="Fetch this style of the domain, too.")] = None,
) -> None:
    """Fetch all weights of a domain, or one weight by its name; files that are here already are not fetched again."""
    if what not in GROUPS and what not in WEIGHTS:
        raise typer.BadParameter(f"{what!r} is neither a domain ({', '.join(GROUPS)}) nor a weight that `list` shows")
    names = GROUPS.get(what, (what,))
    if style:
        names += (_style(what, style),)
    # Interrupted downloads are resumed; the client's warnings about them would break the progress bar.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    unreachable: set[str] = set()
    failed = False
    for name in names:
        try:
            with terminal_bar(name) as bar:
                path = fetch(WEIGHTS[name], bar, unreachable)
        except StudioError as error:
            typer.echo(error, err=True)
            failed = True
        else:
            typer.echo(f"{name}: {path}")
    raise typer.Exit(int(failed))


def _style(domain: str, style: str) -> str:
    """Return the name of the weight of a domain's style; raise a usage error for an unknown style."""
    known = [name for name in (DOMAINS[domain].optional_weights if domain in DOMAINS else ()) if name.startswith(STYLE)]
    if STYLE + style not in known:
        styles = ", ".join(name.removeprefix(STYLE) for name in known) or "none to fetch"
        raise typer.BadParameter(f"{style!r} is no style of {domain}; available: {styles}")
    return STYLE + style


class Precision(StrEnum):
    """Number format of a converted file."""

    FP16 = "fp16"
    FP32 = "fp32"


@app.command()
def convert(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE... OUT", help="Published files (.pt, .pkl), then the file to write.")
    ],
    precision: Annotated[
        Precision, typer.Option(help="fp16 halves the file and costs a little accuracy.")
    ] = Precision.FP32,
) -> None:
    """Convert the published files of one model into one safetensors file, with its options in the metadata."""
    if len(files) < 2:
        raise typer.BadParameter("name the published files of one model, then the file to write")
    *published, out = files
    conversion.convert(published, out, torch.float16 if precision is Precision.FP16 else torch.float32)
    typer.echo(f"{out}: {_size(out.stat().st_size)}")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with the files of one model.")],
    against: Annotated[Path, typer.Option(help="Expected outputs, an .npz file.")],
    device: Device = None,
) -> None:
    """Compare the outputs of the model in a folder with those of the published code; exit status 1 if they differ."""
    agreements = []
    for agreement in parity.check(folder, against, device_of(device)):
        agreements.append(agreement)
        typer.echo(f"{agreement.name:24} {agreement.difference:.2e}{'' if agreement.holds else '   TOO FAR'}")
    worst = max(agreement.difference for agreement in agreements)
    typer.echo(f"{'overall':24} {worst:.2e} of {parity.TOLERANCE:.0e} allowed")
    raise typer.Exit(int(not all(agreement.holds for agreement in agreements)))


def _verdict(group: str, needed: Iterable[Status], domain: Domain | None) -> str:
    missing = [state.weight for state in needed if state.path is None]
    if not missing:
        missing_assets = domain.missing_assets() if domain else ()
        return f"incomplete: assets/ lacks {', '.join(missing_assets)}" if missing_assets else "ready"
    known = [weight.size for weight in missing if weight.size is not None]
    sizes = [_size(sum(known))] * bool(known) + ["files of unknown size"] * (len(known) < len(missing))
    return (
        f"{len(missing)} {'file is' if len(missing) == 1 else 'files are'} missing ({' and '.join(sizes)}); "
        f"fetch with `python -m hyperstyle weights get {group}`"
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
