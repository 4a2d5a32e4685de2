"""Submits a sweep: checks and plans it locally, uploads what it needs, and starts it on the cluster's head node."""

from __future__ import annotations

import shlex
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sweep.config import SweepConfig, load_config
from sweep.driver.prepare import prepare
from sweep.errors import ResourceError, TrackingError
from sweep.errors.masking import hide_secrets
from sweep.planning.plan import Plan
from sweep.results.folder import folder_of
from sweep.service.bundle import gather
from sweep.service.cluster import Cluster
from sweep.system.locations import sqlite_path

HOME = "${SWEEP_HOME:-$HOME/sweeps}"
"""Folder on the head node for data that outlives a job, in shell syntax."""

LOCAL = (
    "resources.address=null",
    "resources.workers=auto",
    "resources.cpus_per_worker=1",
    "resources.gpus_per_worker=0",
)
"""Overrides with which a cluster's sweep can be planned on this machine; the plan does not depend on them."""

JOIN_SECONDS = 8.0
"""How long a cluster that has just started may take to report its nodes."""

NAME, FOLDER, TRIALS, EXPERIMENT, TRACKING = (
    f"sweep.{key}" for key in ("name", "folder", "trials", "experiment", "tracking")
)
"""Metadata keys of a submitted job."""


@dataclass(frozen=True)
class Submission:
    """A submitted sweep.

    Args:
        job_id: id of the job.
        plan: plan of the sweep.
        config: the loaded configuration.
    """

    job_id: str
    plan: Plan
    config: SweepConfig


def submit(cluster: Cluster, file: Path, overrides: Sequence[str] = ()) -> Submission:
    """Start or resume a sweep on a cluster.

    Args:
        cluster: the cluster.
        file: the sweep's YAML file.
        overrides: ``dotted.key=value`` strings.

    Raises:
        SweepError: if the sweep cannot run there; raised before anything is sent.
    """
    config = load_config(file, overrides)
    _require_persistent_store(config)
    _require_no_secret(file, overrides)
    plan = prepare(load_config(file, (*overrides, *LOCAL))).plan
    _require_capacity(config, cluster)
    root = _results_root(config.results)
    with tempfile.TemporaryDirectory(prefix="sweep-submit-") as name:
        bundle = gather(config, file, Path(name))
        given = [f"name={config.name}", *overrides, *bundle.overrides, "resources.address=auto"]
        command = shlex.join(["python", "-m", "sweep", "run", bundle.file, *given])
        entrypoint = (
            f'mkdir -p "{HOME}" && export MLFLOW_TRACKING_URI="${{MLFLOW_TRACKING_URI:-sqlite:///{HOME}/mlflow.db}}" '
            f"&& exec {command} results={root}"
        )
        metadata = {NAME: config.name, FOLDER: f"{root}/{folder_of('', plan)}", TRIALS: str(len(plan.trials))}
        if config.tracking.enabled:
            metadata |= {EXPERIMENT: config.experiment, TRACKING: config.tracking.uri or ""}
        return Submission(cluster.submit(entrypoint, Path(name), metadata), plan, config)


def _results_root(results: str) -> str:
    """Quote the results root for the head's shell; a relative one is placed below the folder that outlives the job.

    >>> _results_root("/data/my results"), _results_root("results")
    ("'/data/my results'", '"${SWEEP_HOME:-$HOME/sweeps}"/results')
    """
    word = shlex.quote(str(PurePosixPath(results)))
    return word if PurePosixPath(results).is_absolute() else f'"{HOME}"/{word}'


def _require_persistent_store(config: SweepConfig) -> None:
    uri = config.tracking.uri
    path = None if uri is None else sqlite_path(uri)
    if config.tracking.enabled and path is not None and not path.is_absolute():
        raise TrackingError(
            "`tracking.uri` must not be a file in the working folder, which the cluster deletes after the sweep. "
            f"Received: {uri}. Leave it out to use the cluster's MLflow, or give a server."
        )


def _require_no_secret(file: Path, overrides: Sequence[str]) -> None:
    """Refuse passwords that would be stored in the cluster's list of jobs or in the uploaded folder."""
    for origin, text in (
        (f"`{file}`", file.read_text(encoding="utf-8")),
        *(("the override", each) for each in overrides),
    ):
        for line in text.splitlines():
            if (shown := hide_secrets(line)) != line:
                raise TrackingError(
                    f"{origin} must hold no password when it is submitted, as the cluster shows and keeps what it is "
                    f"sent. Received: {shown.strip()}. Take the password out, and give the cluster the address or its "
                    "password in its environment, such as MLFLOW_TRACKING_URI, MLFLOW_TRACKING_PASSWORD or PGPASSWORD."
                )


def _require_capacity(config: SweepConfig, cluster: Cluster) -> None:
    asked = config.resources
    workers = 1 if asked.workers == "auto" else int(asked.workers)
    share = 0.0 if asked.gpus_per_worker == "auto" else float(asked.gpus_per_worker)
    end = time.monotonic() + JOIN_SECONDS
    while (totals := cluster.totals()) is not None:
        cpus, gpus = totals.get("CPU", 0.0), totals.get("GPU", 0.0)
        if workers * asked.cpus_per_worker <= cpus and workers * share <= gpus:
            return
        if cpus or time.monotonic() > end:
            raise ResourceError(
                f"`resources` must fit the cluster, which has {cpus:g} CPUs and {gpus:g} GPUs. "
                f"Received: {workers} workers of {asked.cpus_per_worker} CPUs and {share:g} GPUs. "
                "Ask for less, or add nodes."
            )
        time.sleep(0.5)
