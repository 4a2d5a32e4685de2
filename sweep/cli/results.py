"""Commands that read what a sweep has left."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from sweep.cli.app import Name, Root, app


@app.command()
def report(
    name: Name,
    root: Root = Path("results"),
    figures: Annotated[bool, typer.Option("--figures", help="Write each figure as PNG and SVG too.")] = False,
) -> None:
    """Write the report of a finished sweep, report.html and report.md, into its results folder."""
    from sweep.report.page import write_report

    written = write_report(name, root=root, figures=figures)
    typer.echo(written.sentence)
    for path in (written.html, written.markdown, *written.figures):
        typer.echo(path)


@app.command()
def export(
    name: Name,
    to: Annotated[str, typer.Option(help="csv, parquet or latex.")] = "csv",
    root: Root = Path("results"),
) -> None:
    """Write the tables of a sweep for other tools into its results folder."""
    from sweep.report.export import Format
    from sweep.report.export import export as write

    # The library refuses another word with a sentence.
    for path in write(name, cast("Format", to), root=root):
        typer.echo(path)
