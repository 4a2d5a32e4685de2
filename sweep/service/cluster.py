"""Client of a Ray cluster's HTTP job API: starts, lists, follows and stops jobs."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sweep.errors import ResourceError
from sweep.service.token import GIVE_TOKEN, require_token
from sweep.system.cluster_address import require_answer
from sweep.system.invocation import command
from sweep.system.limits import home_folder

if TYPE_CHECKING:
    from ray.job_submission import JobDetails, JobSubmissionClient

STOP_SECONDS = 120
"""How long a stopped job may take to close its MLflow runs before it is killed."""

ADDRESS_VARIABLE = "RAY_API_SERVER_ADDRESS"
DEFAULT_ADDRESS = "http://127.0.0.1:8265"

ENDED = ("SUCCEEDED", "FAILED", "STOPPED")


@dataclass(frozen=True)
class Job:
    """A job of the cluster.

    Args:
        id: Ray's submission id.
        status: PENDING, RUNNING, SUCCEEDED, FAILED or STOPPED.
        started_seconds: Unix time of its start; None before.
        ended_seconds: Unix time of its end; None before.
        metadata: metadata from `sweep submit`; empty for other jobs.
        message: Ray's message about its status.
    """

    id: str
    status: str
    started_seconds: float | None
    ended_seconds: float | None
    metadata: Mapping[str, str]
    message: str

    @property
    def ended(self) -> bool:
        """Whether the job has ended."""
        return self.status in ENDED


class Cluster:
    """Connection to a Ray cluster.

    Args:
        address: ``http://host:8265``, or the URL of a proxy such as ``http://host:8080/ray``. None uses the variable
            RAY_API_SERVER_ADDRESS, or else the head on this machine.

    Raises:
        ResourceError: if there is no answer, the server is not a Ray cluster, or it refuses the token.
    """

    def __init__(self, address: str | None = None) -> None:
        given = address or os.environ.get(ADDRESS_VARIABLE)
        self.address = (given or DEFAULT_ADDRESS).rstrip("/")
        source = "`--address`" if address else f"the variable {ADDRESS_VARIABLE}" if given else "the default address"
        _require_reachable(self.address, source)
        require_token(os.environ, home_folder() or Path(os.sep))
        if find_spec("aiohttp") is None:
            raise ResourceError(
                "jobs of a cluster need Ray's job client. Received: none, as aiohttp is not installed. "
                "Run `pip install 'optimizer-sweep[cluster]'`."
            )
        # Ray's own variable takes precedence over the address passed to the client.
        os.environ[ADDRESS_VARIABLE] = self.address
        with self._translate_errors():
            from ray.job_submission import JobSubmissionClient

            logging.getLogger("ray").setLevel(logging.ERROR)
            logging.getLogger("ray.dashboard").setLevel(logging.ERROR)
            for name in ("dashboard_sdk", "job.sdk"):
                logging.getLogger(f"ray.dashboard.modules.{name}").setLevel(logging.ERROR)
            self._client: JobSubmissionClient = JobSubmissionClient(self.address)

    def submit(self, entrypoint: str, folder: Path | None, metadata: Mapping[str, str]) -> str:
        """Start a job and return its id.

        Args:
            entrypoint: command that a shell runs on the head.
            folder: folder to upload as the working folder of the job and its workers.
            metadata: metadata stored with the job.
        """
        environment: dict[str, Any] = {"env_vars": {"RAY_JOB_STOP_WAIT_TIME_S": str(STOP_SECONDS)}}
        if folder is not None:
            environment["working_dir"] = str(folder)
        with self._translate_errors():
            return self._client.submit_job(entrypoint=entrypoint, runtime_env=environment, metadata=dict(metadata))

    def jobs(self) -> list[Job]:
        """Return all submitted jobs, the newest first."""
        with self._translate_errors():
            found = [_job(details) for details in self._client.list_jobs() if details.submission_id]
        return sorted(found, key=lambda job: job.started_seconds or 0.0, reverse=True)

    def job(self, job_id: str) -> Job:
        """Return one job."""
        with self._translate_errors(job_id):
            return _job(self._client.get_job_info(job_id))

    def logs(self, job_id: str) -> str:
        """Return the output of a job so far."""
        with self._translate_errors(job_id):
            return self._client.get_job_logs(job_id)

    async def follow(self, job_id: str) -> AsyncIterator[str]:
        """Yield the output of a job until it ends."""
        self.job(job_id)
        with self._translate_errors(job_id):
            async for lines in self._client.tail_job_logs(job_id):
                yield lines

    def stop(self, job_id: str) -> bool:
        """Ask a job to stop; return whether it was running."""
        with self._translate_errors(job_id):
            return self._client.stop_job(job_id)

    def forget(self, job_id: str) -> None:
        """Delete an ended job from the list."""
        with self._translate_errors(job_id):
            self._client.delete_job(job_id)

    def totals(self) -> dict[str, float] | None:
        """Return the total resources of all nodes, such as ``{"CPU": 8.0}``; None if unknown or autoscaled."""
        with self._translate_errors():
            answer = self._client._do_request("GET", "/api/cluster_status")
            status = json.loads(answer.text).get("data", {}).get("clusterStatus") if answer.ok else None
        report = (status or {}).get("loadMetricsReport")
        if not report or (status or {}).get("autoscalerReport", {}).get("availableNodeTypes"):
            return None
        return {name: float(total) for name, (_, total) in report["usage"].items()}

    @contextmanager
    def _translate_errors(self, job_id: str | None = None) -> Iterator[None]:
        from ray.exceptions import AuthenticationError

        try:
            yield
        except AuthenticationError as error:
            what = "refused the token" if "403" in str(error) or "invalid" in str(error).lower() else "asks for a token"
            raise ResourceError(f"the cluster {what}. Received: `{self.address}`. {GIVE_TOKEN}") from error
        except (OSError, RuntimeError, ValueError) as error:
            if job_id is not None and "does not exist" in str(error):
                raise ResourceError(
                    f"a job must be one of the cluster's. Received: {job_id}. `{command('jobs')}` lists them."
                ) from error
            reason = (str(error).strip() or type(error).__name__).splitlines()[-1].rstrip(".")
            raise ResourceError(
                f"the cluster must answer as Ray's job server does ({reason}). Received: `{self.address}`. "
                "Give the address of Ray's dashboard, such as http://HEAD:8265."
            ) from error


def _require_reachable(address: str, source: str) -> None:
    """Refuse an address that is malformed or at which nothing listens; ``source`` names its origin."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError):
        parts, port = urlsplit(""), 0
    if parts.scheme not in ("http", "https") or not parts.hostname or not port:
        raise ResourceError(
            f"{source} must be the address of Ray's dashboard. Received: {address!r}. Give such as http://HEAD:8265."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    try:
        require_answer(f"{host}:{port}")
    except ResourceError as error:
        reason = getattr(error.__cause__, "strerror", None) or str(error.__cause__)
        other = "give another with `--address`" if source != "`--address`" else "correct the address"
        raise ResourceError(
            f"{source} must be a cluster that answers ({reason}). Received: {address!r}. "
            f"Start the cluster's head (`ray start --head`), or {other}."
        ) from error


def _job(details: JobDetails) -> Job:
    return Job(
        details.submission_id or "",
        details.status.value,
        None if details.start_time is None else details.start_time / 1000,
        None if details.end_time is None else details.end_time / 1000,
        {key: value for key, value in (details.metadata or {}).items() if key.startswith("sweep")},
        details.message or "",
    )
