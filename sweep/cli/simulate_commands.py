"""Command that replays recorded curves through another search or scheduler."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sweep.cli.app import File, Overrides, app


@app.command()
def simulate(
    file: File,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="NAME_OR_FILE",
            help="An earlier sweep over the same hyperparameters, by its name or folder, or a file of its curves.",
        ),
    ],
    overrides: Overrides = None,
    repeats: Annotated[int, typer.Option(min=1, help="Replay it so often, each time with another search.seed.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Number of simulated workers.")] = 1,
    pack_size: Annotated[
        int, typer.Option(min=1, help="Trials that a worker trains together, and a rule decides on together.")
    ] = 1,
    save: Annotated[
        Path | None, typer.Option(help="Write the curves into one file, which --from takes.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with the history of each replay.")] = False,
) -> None:
    """Replay recorded curves through the search and the scheduler of FILE: what it would find, and what it would cost.

    Nothing is trained, and nothing is written to MLflow. A setting that was not recorded takes the curve of the nearest
    one that was.
    """
    from sweep.config import load_config
    from sweep.driver.simulate import curves_of, recording_of
    from sweep.driver.simulate import simulate as replay
    from sweep.results.recorded_curves import write_curves
    from sweep.terminal.simulation import print_simulation

    config = load_config(file, overrides or ())
    if save is not None:
        count = write_curves(save, iter(curves_of(source, config)))
        typer.echo(f"wrote {count:,} curves to {save}")
    recording = recording_of(source, config)
    found = [replay(config, recording, seed=seed, workers=workers, pack_size=pack_size) for seed in range(repeats)]
    if as_json:
        json.dump([asdict(one) for one in found], sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        print_simulation(found, config.metric.name)
