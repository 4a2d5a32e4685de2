"""Command that writes what a sweep has kept of a trial: its weights, or the state and files of its training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sweep.cli.app import Name, Root, app


@app.command()
def model(
    name: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write it to.", show_default=False)],
    trial: Annotated[
        str | None, typer.Option("--trial", metavar="ID", help="The trial, by its id or the beginning of it.")
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="The best trial of the best setting of this level, such as adam.")
    ] = None,
    root: Root = Path("results"),
) -> None:
    """Write the weights, or the state and files, that a sweep has kept: of its best trial, unless another is named."""
    from sweep.reports.collect import find_folder
    from sweep.results.kept_models import kept_model
    from sweep.results.model_files import write_model

    found = kept_model(find_folder(name, root, "a model"), trial=trial, level=level)
    written = write_model(found, output)
    typer.echo(f"trial      {found.trial_id} seed {found.seed}, after epoch {found.epoch}")
    typer.echo(f"setting    {' '.join(f'{key}={value}' for key, value in found.setting.items())}")
    for path in written:
        typer.echo(f"written    {path}")
