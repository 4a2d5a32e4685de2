"""Commands that plan and run a sweep."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.app import File, Name, Overrides, Root, app
from sweep.errors import SweepError

if TYPE_CHECKING:
    from sweep.config import SweepConfig

UNDELIVERED = 4
"""Exit code if training is complete, but MLflow or the URL of the results is not."""


@app.command()
def run(
    file: File,
    overrides: Overrides = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train everything again, also what is finished.")] = False,
) -> None:
    """Run the sweep of FILE, or go on with it where it was stopped.

    Ends with 0 if all is trained and recorded, 1 if a trial failed or none can be ranked, 2 if the file or the machine
    does not allow it to start, 4 if something is still to be delivered to MLflow or to the URL of the results, 130 if
    it was stopped.
    """
    from sweep.config import load_config

    run_config(load_config(file, overrides or ()), quiet=quiet, fresh=fresh)


def run_config(config: SweepConfig, *, quiet: bool = False, fresh: bool = False) -> None:
    """Run a sweep with its display, and end with the exit code that says how it went."""
    from sweep.driver.run import run as run_sweep
    from sweep.results.failures import failures, unranked
    from sweep.terminal.progress import make_progress
    from sweep.terminal.summary import print_summary

    result = run_sweep(config, progress=make_progress(quiet=quiet), fresh=fresh)
    if not quiet:
        print_summary(result)
    if result.interrupted:
        raise typer.Exit(130)
    if failed := failures(result.trials) or unranked(result.trials, result.leaderboard):
        raise SweepError(failed)
    if result.undelivered:
        raise typer.Exit(UNDELIVERED)


@app.command()
def plan(
    file: File,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every trial.")] = False,
    spread_from: Annotated[
        str | None,
        typer.Option(
            metavar="NAME_OR_FOLDER", help="An earlier sweep, by whose spread to say which difference can be seen."
        ),
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Train two settings on five seeds to say which difference can be seen.")
    ] = False,
) -> None:
    """Print what the sweep of FILE would train and what it would cost; write nothing."""
    from sweep.config import load_config
    from sweep.driver.estimate import estimate
    from sweep.driver.prepare import prepare
    from sweep.terminal.plan_summary import plan_as_mapping, print_plan

    preparation = prepare(load_config(file, overrides or ()))
    seen = ""
    if spread_from or probe:
        from sweep.driver.power_estimate import detectable, find_spread

        seen = detectable(preparation, find_spread(preparation, spread_from))
    if as_json:
        json.dump(plan_as_mapping(preparation, estimate(preparation), detectable=seen), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        print_plan(preparation, estimate(preparation), detectable=seen)


@app.command()
def sync(
    name: Name,
    root: Root = Path("results"),
    uri: Annotated[
        str | None, typer.Option(help="MLflow store; default: of the sweep's file, or MLFLOW_TRACKING_URI.")
    ] = None,
) -> None:
    """Deliver to MLflow, and to the URL of the results, what could not be delivered before; train nothing.

    Ends with 0 if all is there, 4 if something is still to be delivered.
    """
    from sweep.driver.delivery import deliver

    delivery = deliver(name, root, uri)
    typer.echo("\n".join(delivery.lines))
    if not delivery.complete:
        raise typer.Exit(UNDELIVERED)
