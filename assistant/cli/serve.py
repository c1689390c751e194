"""`inkladder serve`: the HTTP server, with the embedded engine and store beside it."""

from __future__ import annotations

from typing import Annotated

import typer

DEFAULT_PORT = 8700


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = DEFAULT_PORT,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    policy: Annotated[
        str | None,
        typer.Option(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
) -> None:
    """Serves the drafting API and the OpenAI-compatible endpoint until Ctrl-C."""
    from assistant.cli.serving import run_server

    run_server(host=host, port=port, workers=workers, policy=policy)
