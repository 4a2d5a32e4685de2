"""Commands that run sweeps on a cluster: submit, list, follow and stop jobs, and download results."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.app import File, Overrides, app
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
JobId = Annotated[str, typer.Argument(help="What `sweep submit` answered.", metavar="ID", show_default=False)]


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
    address: Address = None,
) -> None:
    """Print what a job has printed; with -f, end with 1 if the job fails."""
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
def stop(job_id: JobId, address: Address = None) -> None:
    """Stop a job; what it has finished is kept, its MLflow runs are closed, and submitting it again goes on."""
    running = _cluster(address).stop(job_id)
    typer.echo(f"stopping {job_id}" if running else f"{job_id} had ended already")


@app.command()
def results(
    job_id: JobId,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to put the results folder in.")] = Path(
        "results"
    ),
    address: Address = None,
) -> None:
    """Bring the results folder of a job here, as far as it is."""
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
