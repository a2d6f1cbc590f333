"""Starts the page."""

from typing import Annotated

import typer

from hyperstyle.web.page import build_page


def main(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is the whole network.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; the first free one from 7860 if not given.")] = None,
    share: Annotated[bool, typer.Option(help="Ask Gradio for a public link.")] = False,
) -> None:
    """Start HyperStyle Studio."""
    build_page().launch(server_name=host, server_port=port, share=share)


if __name__ == "__main__":
    typer.run(main)
