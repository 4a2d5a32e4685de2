"""Commands that need no sweep: the lecture, the AlgoPerf score and the schema of sweep files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sweep.cli.app import app


@app.command()
def lecture(
    section: Annotated[
        str | None,
        typer.Argument(help="A section, its own YAML file, or all; nothing lists them.", show_default=False),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            help="Changes to the settings in the section's file, such as `sweep lecture bias-correction beta=0.9`.",
            metavar="KEY=VALUE",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")] = Path("results/lecture"),
) -> None:
    """Run a SECTION of the lecture on optimization algorithms, or all of them as one page; list them without one."""
    from sweep.lecture import show

    show(section, overrides or (), output)


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
def schema() -> None:
    """Print the JSON schema of sweep files, for editors that complete and check."""
    from sweep.config import json_schema

    json.dump(json_schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")
