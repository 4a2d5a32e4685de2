"""The command line: parses, makes one library call a command, and turns errors into exit codes."""

from __future__ import annotations

import atexit
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sweep.errors import SweepError

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
        metavar="[KEY=VALUE]...",
        show_default=False,
    ),
]


@app.command()
def run(
    file: File,
    overrides: Overrides = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train everything again, also what is finished.")] = False,
) -> None:
    """Run the sweep of FILE, or go on with it where it was stopped."""
    from sweep.config import load_config
    from sweep.progress import make_progress
    from sweep.runner import run as run_sweep
    from sweep.summary import failures, print_summary

    progress = make_progress(quiet=quiet)
    result = run_sweep(load_config(file, overrides or ()), progress=progress, fresh=fresh)
    if not quiet:
        print_summary(result)
    if result.interrupted:
        raise typer.Exit(130)
    if failed := failures(result.trials):
        raise SweepError(failed)


@app.command()
def plan(
    file: File,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every trial.")] = False,
) -> None:
    """Print what the sweep of FILE would train and what it would cost; write nothing."""
    from sweep.config import load_config
    from sweep.preparation import estimate, prepare
    from sweep.summary import plan_as_mapping, print_plan

    preparation = prepare(load_config(file, overrides or ()))
    if as_json:
        json.dump(plan_as_mapping(preparation, estimate(preparation)), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        print_plan(preparation, estimate(preparation))


@app.command()
def score(
    file: Annotated[
        Path,
        typer.Argument(
            help="Times to target, .csv or .json: rows submissions, columns workloads, empty or null a miss.",
            metavar="FILE",
            show_default=False,
        ),
    ],
    exact: Annotated[
        bool, typer.Option("--exact", help="Integrate exactly, not at the benchmark's 100 points.")
    ] = False,
) -> None:
    """Print the AlgoPerf score of each submission of FILE, the best first.

    Rows of the same submission are its studies, of which the median counts. A column whose name begins with another
    column's and `_` is a held-out variant of it: who misses the one gets no credit for the other.
    """
    from sweep.analysis.profiles import algoperf_scores, held_out_bases
    from sweep.analysis.times_file import read_times

    times = read_times(file)
    scores = algoperf_scores(times, exact=exact).sort_values(ascending=False, kind="stable")
    width = max(len(str(name)) for name in scores.index)
    for name, value in scores.items():
        typer.echo(f"{name!s:{width}}  {value:.4f}")
    for variant, base in held_out_bases(list(times.columns)).items():
        typer.echo(f"{variant} is a held-out variant of {base}", err=True)


@app.command()
def lecture(
    section: Annotated[
        str | None,
        typer.Argument(help="A section, its own YAML file, or all; nothing lists them.", show_default=False),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            help="Changes to the section's settings, such as beta=0.9.", metavar="[KEY=VALUE]...", show_default=False
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")] = Path("results/lecture"),
) -> None:
    """Run a SECTION of the lecture on optimization algorithms, or all of them as one page; list them without one."""
    from sweep.lecture import show

    show(section, overrides or (), output)


@app.command()
def report(
    name: Annotated[
        str,
        typer.Argument(
            help="A results folder, or the name of a sweep, whose newest results are taken.",
            metavar="NAME_OR_FOLDER",
            show_default=False,
        ),
    ],
    root: Annotated[Path, typer.Option("--results", help="Folder of all results, to find NAME in.")] = Path("results"),
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
    name: Annotated[
        str,
        typer.Argument(help="A results folder, or the name of a sweep.", metavar="NAME_OR_FOLDER", show_default=False),
    ],
    to: Annotated[str, typer.Option(help="csv, parquet or latex.")] = "csv",
    root: Annotated[Path, typer.Option("--results", help="Folder of all results, to find NAME in.")] = Path("results"),
) -> None:
    """Write the tables of a sweep for other tools into its results folder."""
    from typing import cast

    from sweep.report.export import Format
    from sweep.report.export import export as write

    # The library refuses another word with a sentence.
    for path in write(name, cast("Format", to), root=root):
        typer.echo(path)


@app.command()
def schema() -> None:
    """Print the JSON schema of sweep files, for editors that complete and check."""
    from sweep.config import json_schema

    json.dump(json_schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")


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
    from sweep.tracking.ui import open_dashboard

    if file is not None and uri is None:
        from sweep.config import load_config

        uri = load_config(file).tracking.uri
    open_dashboard(resolve_uri(uri, os.environ, Path.cwd()), host, port)


def _version(show: bool) -> None:
    if show:
        from importlib.metadata import version

        typer.echo(version("optimizer-sweep"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Compare optimizers: one YAML file, packed parallel trials on Ray Tune, every trial in MLflow."""


def main() -> None:
    """Entry point of the command ``sweep``."""
    try:
        app()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except SweepError as error:
        typer.echo(f"error: {error}", err=True)
        code = error.exit_code
    _leave(code)


def _leave(code: int) -> None:
    """End the process at once: taking Ray, MLflow and pandas apart object by object takes a second."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
