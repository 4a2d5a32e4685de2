"""Commands that read the results of finished sweeps: report, export and compare."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from sweep.cli.app import Name, Root, app
from sweep.errors import UsageError

if TYPE_CHECKING:
    from sweep.analysis.outcomes import Mode


MOST_SHOWN = 20
"""Maximum number of table rows printed."""


@app.command()
def report(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A results folder, or the name of a sweep, whose newest results are taken.",
            metavar="NAME_OR_FOLDER",
            show_default=False,
        ),
    ] = None,
    root: Root = Path("results"),
    figures: Annotated[bool, typer.Option("--figures", help="Write each figure as PNG too.")] = False,
    experiment: Annotated[
        str | None,
        typer.Option("--from-mlflow", metavar="EXPERIMENT", help="Report the runs of an MLflow experiment instead."),
    ] = None,
    uri: Annotated[str | None, typer.Option(help="Its store; default: MLFLOW_TRACKING_URI, or ./mlflow.db.")] = None,
    arm: Annotated[str, typer.Option(help="Parameter or tag whose levels are compared.")] = "optimizer",
    seed: Annotated[str, typer.Option(help="Parameter or tag that holds the seed.")] = "seed",
    metric: Annotated[str, typer.Option(help="Metric that they are compared by.")] = "val_loss",
    mode: Annotated[str | None, typer.Option(help="min or max; default: by the metric's name.")] = None,
    target: Annotated[float | None, typer.Option(help="Value of the metric that counts as reached.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option(help="A hyperparameter, once each; default: every parameter but the seed.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder of that report.")] = None,
) -> None:
    """Write the report of a finished sweep into its results folder, or that of any MLflow experiment."""
    if experiment is None:
        from sweep.reports.html_page import write_report

        if name is None:
            raise UsageError(
                "`sweep report` needs a sweep or an experiment. Received: neither. "
                "Give a results folder, the name of a sweep, or `--from-mlflow EXPERIMENT`."
            )
        written = write_report(name, root=root, figures=figures)
    else:
        from sweep.reports.from_mlflow import write_logged_report
        from sweep.reports.mlflow_columns import Columns
        from sweep.tracking import resolve_uri
        from sweep.tracking.sources import OPTION, source_of

        if name is not None:
            raise UsageError(
                f"`--from-mlflow` takes the place of a sweep. Received: `{name}` and `{experiment}`. Give one of them."
            )
        if mode not in (None, "min", "max"):
            raise UsageError(f"`--mode` must be min or max. Received: `{mode}`. Choose one, or leave it out.")
        store = resolve_uri(uri, os.environ, Path.cwd())
        columns = Columns(arm, seed, metric, cast("Mode | None", mode), target, tuple(setting) if setting else None)
        written = write_logged_report(
            experiment, store, columns, output=output, figures=figures, source=source_of(uri, os.environ, OPTION)
        )
    from rich.console import Console

    from sweep.results.text_layout import print_blank_line, print_sentence

    console = Console(highlight=False, markup=False, emoji=False)
    for place, sentence in enumerate(written.sentence.splitlines()):
        if place:
            print_blank_line(console)
        print_sentence(console, sentence)
    print_blank_line(console)
    for path in (written.html, written.markdown):
        typer.echo(path)


@app.command()
def export(
    name: Name,
    to: Annotated[str, typer.Option(help="csv, parquet or latex.")] = "csv",
    root: Root = Path("results"),
) -> None:
    """Write the tables of a sweep for other tools into its results folder."""
    from sweep.reports.export import Format
    from sweep.reports.export import export as write

    # The library rejects other formats with a message.
    for path in write(name, cast("Format", to), root=root):
        typer.echo(path)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="A results folder or the name of a sweep.", show_default=False)],
    second: Annotated[str, typer.Argument(help="Another; differences are its gain.", show_default=False)],
    root: Root = Path("results"),
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare also what did not see the same data, split, weights and batches.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write.", show_default="in the results folder")
    ] = None,
) -> None:
    """Compare two finished sweeps over the settings and seeds that both have run."""
    from rich.console import Console

    from sweep.reports.compare import compare_sweeps
    from sweep.results.text_layout import print_blank_line, print_rows, print_sentence

    found = compare_sweeps(first, second, root=root, anyway=anyway, output=output)
    console = Console(highlight=False, markup=False, emoji=False)
    # Without a common setting the table is empty.
    if rows := found.grid.rows[:MOST_SHOWN]:
        columns = {name: list(cells) for name, cells in zip(found.grid.columns, zip(*rows, strict=True), strict=True)}
        print_rows(console, columns, found.grid.numeric, spared=("p (Holm)", "diverged", "seeds", "95 % interval"))
    if len(found.grid.rows) > MOST_SHOWN:
        print_sentence(console, f"and {len(found.grid.rows) - MOST_SHOWN:,} more settings in the file")
    if rows:
        print_blank_line(console)
    print_sentence(console, found.sentence)
    if found.warnings:
        print_blank_line(console)
    for warning in found.warnings:
        print_sentence(console, f"warning: {warning}")
    print_blank_line(console)
    typer.echo(found.markdown)
