"""Delivers commands to workers on Ray through one queue per worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import ray

CALLS = 1000
"""Maximum number of workers that wait for a command at once."""


class Mailbox:
    """An async actor with one queue per worker, so that waiting calls need no threads."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)

    async def put(self, worker: str, command: Any) -> None:
        """Queue a command for a worker."""
        await self._queues[worker].put(command)

    async def take(self, worker: str) -> Any:
        """Wait for the next command of a worker."""
        return await self._queues[worker].get()


def open_mailbox() -> Any:
    """Start the actor on this process's node; it ends with this process."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor: Any = ray.remote(Mailbox)
    return actor.options(num_cpus=0, max_concurrency=CALLS, scheduling_strategy=here).remote()
