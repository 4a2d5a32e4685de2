"""Passes commands to workers on Ray: each worker takes them from a queue of its own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import ray

CALLS = 1000
"""Workers that may wait for a command at once."""


class Mailbox:
    """An actor with one queue per worker; its methods wait without a thread each."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)

    async def put(self, worker: str, command: Any) -> None:
        """Keep a command until its worker takes it."""
        await self._queues[worker].put(command)

    async def take(self, worker: str) -> Any:
        """Wait for the next command to a worker."""
        return await self._queues[worker].get()


def open_mailbox() -> Any:
    """Start the actor on the node of this process, with whose end it ends too."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor: Any = ray.remote(Mailbox)
    return actor.options(num_cpus=0, max_concurrency=CALLS, scheduling_strategy=here).remote()
