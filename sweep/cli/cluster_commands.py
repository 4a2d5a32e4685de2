"""Commands that run sweeps on a cluster: submit, list, follow and stop jobs, and download results."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.app import File, Overrides, Root, app
from sweep.system.invocation import command

if TYPE_CHECKING:
    from sweep.service import Cluster

Address = Annotated[
    str | None,
    typer.Option(
        "--address",
        "-a",
        help="Ray's dashboard of the cluster, or the variable RAY_API_SERVER_ADDRESS; http://127.0.0.1:8265 without "
        "either. The token is RAY_AUTH_TOKEN, with RAY_AUTH_MODE=token.",
        show_default=False,
    ),
]
JobId = Annotated[
    str,
    typer.Argument(
        help="The name of a sweep that has run here, or its results folder; otherwise, or with --address, what "
        "`sweep submit` answered.",
        metavar="NAME_OR_ID",
        show_default=False,
    ),
]


@app.command()
def submit(file: File, overrides: Overrides = None, address: Address = None) -> None:
    """Run the sweep of FILE on a cluster, after planning it here."""
    from sweep.service import submit as submit_sweep

    cluster = _cluster(address)
    submission = submit_sweep(cluster, file, overrides or ())
    plan, job_id = submission.plan, submission.job_id
    typer.echo(f"submitted  {job_id}")
    typer.echo(f"trials     {len(plan.trials):,} of {len(plan.arms):,} settings, plan {plan.hash[:8]}")
    typer.echo(f"follow     {command('logs', '-f', job_id)} --address {cluster.address}")
    typer.echo(f"results    {command('results', job_id)} --address {cluster.address}")
    config = submission.config
    _show_experiment(config.tracking.uri, config.experiment if config.tracking.enabled else None)


@app.command()
def jobs(address: Address = None) -> None:
    """List the cluster's jobs, the newest first."""
    found = _cluster(address).jobs()
    if not found:
        typer.echo("no jobs")
    for job in found:
        begun = "-" if job.started_seconds is None else f"{datetime.fromtimestamp(job.started_seconds):%Y-%m-%d %H:%M}"
        name, trials = job.metadata.get("sweep.name", "-"), job.metadata.get("sweep.trials", "-")
        typer.echo(f"{job.id}  {job.status:9}  {begun:16}  {trials:>7} trials  {name}")


@app.command()
def logs(
    job_id: JobId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job ends.")] = False,
    trial: Annotated[
        str | None, typer.Option("--trial", metavar="ID", help="The trial of a sweep here whose output is printed.")
    ] = None,
    address: Address = None,
    root: Root = Path("results"),
) -> None:
    """Print what a trial of a sweep here, or a job, has printed; with -f, end with 1 if the job fails."""
    if (folder := _folder_here(job_id, address, root)) is not None:
        _print_outputs(folder, trial)
        return
    cluster = _cluster(address)
    if not follow:
        typer.echo(cluster.logs(job_id), nl=False)
        return
    asyncio.run(_print(cluster, job_id))
    # The status is updated shortly after the log ends.
    end = time.monotonic() + 10
    while not (job := cluster.job(job_id)).ended and time.monotonic() < end:
        time.sleep(0.2)
    if job.status == "FAILED":
        raise typer.Exit(1)


async def _print(cluster: Cluster, job_id: str) -> None:
    async for lines in cluster.follow(job_id):
        typer.echo(lines, nl=False)


@app.command()
def stop(
    job_id: JobId,
    address: Address = None,
    root: Root = Path("results"),
    trial: Annotated[
        list[str] | None, typer.Option(help="End only this trial, by its id or its beginning; may be given again.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="End only the trials of this level, such as an optimizer.")] = None,
) -> None:
    """Stop a sweep that runs here, or a job; what it has finished is kept, and starting it again goes on."""
    if trial or level is not None:
        from sweep.driver.control import cancel

        typer.echo(cancel(job_id, root, trial or (), level))
        return
    if (folder := _folder_here(job_id, address, root)) is not None:
        from sweep.system.folder_lock import signal_holder

        is_running = signal_holder(folder, signal.SIGTERM)
        typer.echo(f"stopping {folder}" if is_running else f"{folder} is written by no sweep now")
        return
    running = _cluster(address).stop(job_id)
    typer.echo(f"stopping {job_id}" if running else f"{job_id} had ended already")


@app.command()
def results(
    job_id: JobId,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to put the results folder in.")] = Path(
        "results"
    ),
    address: Address = None,
    root: Root = Path("results"),
) -> None:
    """Print where the results of a sweep here are, or bring those of a job here, as far as it is."""
    if (folder := _folder_here(job_id, address, root)) is not None:
        typer.echo(f"results    {folder}")
        typer.echo(f"report     {command('report', str(folder))}")
        return
    from sweep.service.retrieval import retrieve
    from sweep.service.submission import EXPERIMENT, TRACKING

    cluster = _cluster(address)
    folder = retrieve(cluster, job_id, output)
    typer.echo(f"results    {folder}")
    job = cluster.job(job_id)
    metadata = job.metadata
    if job.ended:
        typer.echo(f"report     {command('report', str(folder))}")
    else:
        typer.echo(f"so far     the job is {job.status}; ask again when it has ended")
    _show_experiment(metadata.get(TRACKING), metadata.get(EXPERIMENT))


def _folder_here(name: str, address: str | None, root: Path) -> Path | None:
    """Return the results folder of a sweep that has run here; None if there is none of that name, or on a cluster."""
    from sweep.errors import ResultsError
    from sweep.reports.collect import find_folder

    if address is not None:
        return None
    try:
        folder = find_folder(name, root)
    except ResultsError:
        return None
    return folder if (folder / "plan.json").is_file() else None


def _print_outputs(folder: Path, trial: str | None) -> None:
    """Print what one trial has printed, or list the trials with the size of their output."""
    from sweep.results.trial_output import output_of, trial_outputs

    if trial is not None:
        typer.echo(output_of(folder, trial), nl=False)
        return
    for one in trial_outputs(folder):
        printed = f"{one.path.stat().st_size:,} bytes" if one.path.is_file() else "no output"
        typer.echo(f"{one.trial_id}  {printed:>14}  {one.arm} seed {one.seed}")


def _cluster(address: str | None) -> Cluster:
    from sweep.service import Cluster

    return Cluster(address)


def _show_experiment(uri: str | None, experiment: str | None) -> None:
    """Print the location of the runs, as a link if the tracking server is known here."""
    from sweep.tracking.addresses import is_server
    from sweep.tracking.links import experiment_url

    place = uri or os.environ.get("MLFLOW_TRACKING_URI")
    if experiment is None:
        return
    if place and is_server(place):
        typer.echo(f"mlflow     {experiment_url(place, experiment)}")
    else:
        typer.echo(f"mlflow     experiment {experiment} of the cluster's server; MLFLOW_TRACKING_URI makes it a link")
