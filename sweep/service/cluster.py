"""A Ray cluster behind its HTTP address: starts, lists, follows and stops jobs, each refusal one sentence."""

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
"""How long a job that is told to stop may take to close its MLflow runs, before it is killed."""

ADDRESS_VARIABLE = "RAY_API_SERVER_ADDRESS"
DEFAULT_ADDRESS = "http://127.0.0.1:8265"

ENDED = ("SUCCEEDED", "FAILED", "STOPPED")


@dataclass(frozen=True)
class Job:
    """A job of the cluster, as the commands show it.

    Args:
        id: what Ray calls it.
        status: PENDING, RUNNING, SUCCEEDED, FAILED or STOPPED.
        started_seconds: since 1970; None before its start.
        ended_seconds: since 1970; None before its end.
        metadata: what `sweep submit` said of it; empty for other jobs.
        message: Ray's own account of it.
    """

    id: str
    status: str
    started_seconds: float | None
    ended_seconds: float | None
    metadata: Mapping[str, str]
    message: str

    @property
    def ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.status in ENDED


class Cluster:
    """A cluster that answers.

    Args:
        address: ``http://host:8265``, or where a proxy puts Ray, such as ``http://host:8080/ray``. None takes it from
            the variable RAY_API_SERVER_ADDRESS, and without that is the head on this machine.

    Raises:
        ResourceError: if nothing answers there, what answers is no Ray cluster, or it refuses the token.
    """

    def __init__(self, address: str | None = None) -> None:
        told = address or os.environ.get(ADDRESS_VARIABLE)
        self.address = (told or DEFAULT_ADDRESS).rstrip("/")
        source = "`--address`" if address else f"the variable {ADDRESS_VARIABLE}" if told else "the default address"
        _require_reachable(self.address, source)
        require_token(os.environ, home_folder() or Path(os.sep))
        if find_spec("aiohttp") is None:
            raise ResourceError(
                "jobs of a cluster need Ray's job client. Received: none, as aiohttp is not installed. "
                "Run `pip install 'optimizer-sweep[cluster]'`."
            )
        # Ray lets its own variables win over the address that it is given.
        os.environ[ADDRESS_VARIABLE] = self.address
        with self._asked():
            from ray.job_submission import JobSubmissionClient

            logging.getLogger("ray").setLevel(logging.ERROR)
            logging.getLogger("ray.dashboard").setLevel(logging.ERROR)
            for name in ("dashboard_sdk", "job.sdk"):
                logging.getLogger(f"ray.dashboard.modules.{name}").setLevel(logging.ERROR)
            self._client: JobSubmissionClient = JobSubmissionClient(self.address)

    def submit(self, entrypoint: str, folder: Path | None, metadata: Mapping[str, str]) -> str:
        """Start a job and give its id.

        Args:
            entrypoint: command that a shell runs on the head.
            folder: sent to the cluster, where it is the working folder of the job and its workers.
            metadata: kept with the job.
        """
        environment: dict[str, Any] = {"env_vars": {"RAY_JOB_STOP_WAIT_TIME_S": str(STOP_SECONDS)}}
        if folder is not None:
            environment["working_dir"] = str(folder)
        with self._asked():
            return self._client.submit_job(entrypoint=entrypoint, runtime_env=environment, metadata=dict(metadata))

    def jobs(self) -> list[Job]:
        """All jobs that were submitted, the newest first."""
        with self._asked():
            found = [_job(details) for details in self._client.list_jobs() if details.submission_id]
        return sorted(found, key=lambda job: job.started_seconds or 0.0, reverse=True)

    def job(self, job_id: str) -> Job:
        """One job."""
        with self._asked(job_id):
            return _job(self._client.get_job_info(job_id))

    def logs(self, job_id: str) -> str:
        """What a job has printed so far."""
        with self._asked(job_id):
            return self._client.get_job_logs(job_id)

    async def follow(self, job_id: str) -> AsyncIterator[str]:
        """What a job has printed and prints, until it ends."""
        self.job(job_id)
        with self._asked(job_id):
            async for lines in self._client.tail_job_logs(job_id):
                yield lines

    def stop(self, job_id: str) -> bool:
        """Ask a job to stop; tells whether it was running."""
        with self._asked(job_id):
            return self._client.stop_job(job_id)

    def forget(self, job_id: str) -> None:
        """Take an ended job off the list."""
        with self._asked(job_id):
            self._client.delete_job(job_id)

    def totals(self) -> dict[str, float] | None:
        """What all nodes have together, such as ``{"CPU": 8.0}``; None if the cluster may grow or does not say."""
        with self._asked():
            answer = self._client._do_request("GET", "/api/cluster_status")
            status = json.loads(answer.text).get("data", {}).get("clusterStatus") if answer.ok else None
        report = (status or {}).get("loadMetricsReport")
        if not report or (status or {}).get("autoscalerReport", {}).get("availableNodeTypes"):
            return None
        return {name: float(total) for name, (_, total) in report["usage"].items()}

    @contextmanager
    def _asked(self, job_id: str | None = None) -> Iterator[None]:
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
    """Refuse an address that is none, or at which nothing listens; ``source`` is what gave it."""
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
