"""Starts the page."""

from typing import Annotated

import typer

from hyperstyle.web.page import build_page


def main(
    host: Annotated[str | None, typer.Option(help="Address to listen on; this machine alone if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; the first free one from 7860 if not given.")] = None,
    share: Annotated[bool, typer.Option(help="Ask Gradio for a public link.")] = False,
) -> None:
    """Start HyperStyle Studio; what is not given here may stand in Gradio's own environment variables."""
    build_page().launch(server_name=host, server_port=port, share=share, run_history=False)


if __name__ == "__main__":
    typer.run(main)
