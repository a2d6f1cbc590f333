"""Starts the page."""

from typing import Annotated

import typer

from hyperstyle.cli.options import Device, device_of
from hyperstyle.domains import DOMAINS
from hyperstyle.web.engine import Engine
from hyperstyle.web.page import build_page
from hyperstyle.web.serving import serve
from hyperstyle.web.studio import Studio
from hyperstyle.web.visits import Visits


def main(
    host: Annotated[str | None, typer.Option(help="Address to listen on; this machine alone if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; the first free one from 7860 if not given.")] = None,
    share: Annotated[bool, typer.Option(help="Ask Gradio for a public link.")] = False,
    device: Device = None,
    domains: Annotated[
        str | None, typer.Option(help="Those to offer, by comma; the first is shown first. All if not given.")
    ] = None,
    mcp: Annotated[bool | None, typer.Option(help="Offer the endpoints as MCP tools too.")] = None,
) -> None:
    """Start HyperStyle Studio; what is not given here may stand in Gradio's own environment variables."""
    names = [name.strip() for name in domains.split(",")] if domains else []
    for name in names:
        if name not in DOMAINS:
            raise typer.BadParameter(f"{name!r} is no domain; there are {', '.join(DOMAINS)}", param_hint="--domains")
    device_of(device)
    engine = Engine([DOMAINS[name] for name in names], device)
    studio = Studio(engine, Visits(engine.first))
    page = build_page(studio)
    studio.start()
    serve(page, server_name=host, server_port=port, share=share, mcp_server=mcp)


if __name__ == "__main__":
    typer.run(main)
