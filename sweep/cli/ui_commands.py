"""The command that opens MLflow's dashboard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sweep.cli.app import app


@app.command()
def ui(
    file: Annotated[
        Path | None, typer.Argument(help="A sweep's YAML file, for its store and experiment.", show_default=False)
    ] = None,
    uri: Annotated[
        str | None, typer.Option(help="MLflow store; default: of FILE, MLFLOW_TRACKING_URI, or sqlite:///mlflow.db.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 5000,
) -> None:
    """Open MLflow's dashboard on the store that sweeps write to."""
    from sweep.tracking import resolve_uri
    from sweep.tracking.sources import KEY, OPTION, source_of
    from sweep.tracking.ui import open_dashboard

    given = OPTION
    if file is not None and uri is None:
        from sweep.config import load_config

        uri, given = load_config(file).tracking.uri, KEY
    open_dashboard(resolve_uri(uri, os.environ, Path.cwd()), host, port, source=source_of(uri, os.environ, given))
