"""Runs packs for a client: Ray Tune runs in an actor on the head, and the client fetches what it reports."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sweep.errors import ResourceError
from sweep.execution.ray.assignment import Assignment
from sweep.execution.ray.listener import Listener
from sweep.execution.ray.session import hush_ray
from sweep.execution.ray.tuner import tune_jobs
from sweep.system.invocation import command
from trainers.data import Dataset

FETCH_SECONDS = 0.25
"""How long the actor waits for news before it answers that there are none."""

ON_THE_HEAD = {"node:__internal_head__": 0.001}
"""The head outlives every worker node."""


class Desk:
    """Trains in one thread of an actor, and answers the client in another."""

    def __init__(self) -> None:
        hush_ray()
        self._news: list[tuple[str, tuple[Any, ...]]] = []
        self._arrived = threading.Condition()
        self._stopped = threading.Event()

    def train(self, assignment: Assignment, dataset: Dataset) -> None:
        """Train all packs, and keep what is to be told."""
        tune_jobs(
            assignment,
            dataset,
            Listener(
                on_chunk=lambda *news: self._tell("chunk", news),
                on_retry=lambda *news: self._tell("retry", news),
                on_failure=lambda *news: self._tell("failure", news),
                on_wait=lambda *news: self._tell("wait", news),
                should_stop=self._stopped.is_set,
            ),
        )

    def _tell(self, kind: str, news: tuple[Any, ...]) -> None:
        with self._arrived:
            self._news.append((kind, news))
            self._arrived.notify()

    def fetch(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Hand over the news since the last time; waits a little for some."""
        with self._arrived:
            self._arrived.wait_for(lambda: bool(self._news), FETCH_SECONDS)
            news, self._news = self._news, []
        return news

    def stop(self) -> None:
        """End the training soon."""
        self._stopped.set()


def tune_remotely(assignment: Assignment, dataset: Dataset, listener: Listener) -> None:
    """Train all packs on a cluster of which this process is a client; arguments as for `train_jobs`.

    Raises:
        ResourceError: when the connection or the head is lost.
    """
    import ray

    takers: dict[str, Callable[..., None]] = {
        "chunk": listener.on_chunk,
        "retry": listener.on_retry,
        "failure": listener.on_failure,
        "wait": listener.on_wait,
    }
    try:
        actor: Any = ray.remote(Desk)
        desk = actor.options(num_cpus=0, max_concurrency=3, resources=ON_THE_HEAD).remote()
        training = desk.train.remote(assignment, ray.put(dataset))
        ended = False
        while not ended:
            if listener.should_stop():
                desk.stop.remote()
            # Asked before the news are fetched: what comes after the last of them would be lost otherwise.
            ended = bool(ray.wait([training], timeout=0)[0])
            for kind, news in ray.get(desk.fetch.remote()):
                takers[kind](*news)
        ray.get(training)
    except (ConnectionError, ray.exceptions.RayError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise ResourceError(
            f"`resources.address` must be a cluster that stays reachable ({reason}). "
            f"Received: {assignment.resources.address}. "
            f"Run the same command to go on; `{command('submit')}` runs a sweep that does not need this machine."
        ) from error
