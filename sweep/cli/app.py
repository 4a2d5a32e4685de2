"""The Typer application, its global options, and the arguments that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="sweep",
    help="Compare optimizers: one YAML file, packed parallel trials on Ray Tune, every trial in MLflow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(help="The sweep's YAML file.", metavar="FILE", show_default=False)]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        help="Changes to the file, such as trainer.epochs=5 'optimizers.adam.beta1=[0.8,0.9]'.",
        metavar="KEY=VALUE",
        show_default=False,
    ),
]
Name = Annotated[
    str,
    typer.Argument(
        help="A results folder, or the name of a sweep, whose newest results are taken.",
        metavar="NAME_OR_FOLDER",
        show_default=False,
    ),
]
Root = Annotated[Path, typer.Option("--results", help="Folder of all results, to find NAME in.")]


def _version(show: bool) -> None:
    if show:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(version("optimizer-sweep"))
        except PackageNotFoundError:
            typer.echo("unknown: optimizer-sweep runs from its source and is not installed")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Compare optimizers: one YAML file, packed parallel trials on Ray Tune, every trial in MLflow."""
