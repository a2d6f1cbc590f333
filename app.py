"""Starts the page."""

import gc

gc.disable()  # to look for garbage among all that is imported takes a quarter of the start

from typing import TYPE_CHECKING, Annotated

import typer

from hyperstyle.cli.options import Device, device_of, domain_of
from hyperstyle.web.engine import Engine
from hyperstyle.web.page import build_page
from hyperstyle.web.services import Services
from hyperstyle.web.serving import serve
from hyperstyle.web.sessions import Sessions
from hyperstyle.web.work_store import WorkStore

if TYPE_CHECKING:
    from gradio import Blocks  # `hyperstyle.web` imports it in a quicker way


def main(
    host: Annotated[str | None, typer.Option(help="Address to listen on; if not given, 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; if not given, the first free one from 7860.")] = None,
    share: Annotated[bool, typer.Option(help="Ask Gradio for a public link.")] = False,
    device: Device = None,
    domains: Annotated[
        str | None,
        typer.Option(help="Domains to offer, separated by commas; the first is shown first. All if not given."),
    ] = None,
    work_memory: Annotated[
        int | None,
        typer.Option(min=0, help="Megabytes of visitors' work kept in memory; if not given, a quarter of it."),
    ] = None,
    mcp: Annotated[bool | None, typer.Option(help="Offer the endpoints as MCP tools too.")] = None,
) -> None:
    """Start HyperStyle Studio; options that are not given are read from Gradio's environment variables."""
    offered = [domain_of(name.strip()) for name in domains.split(",")] if domains else []
    device_of(device)
    engine = Engine(offered, device)
    work = WorkStore(None if work_memory is None else work_memory * 1_000_000)
    services = Services(engine, Sessions(engine.first), work)
    services.start()  # the model loads while the page is built
    serve(built(services), services.examples, server_name=host, server_port=port, share=share, mcp_server=mcp)


def built(services: Services) -> "Blocks":
    """Build the page. What is there then stays, and is passed over when garbage is looked for again."""
    page = build_page(services)
    gc.freeze()
    gc.enable()
    return page


if __name__ == "__main__":
    typer.run(main)
