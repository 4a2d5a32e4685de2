"""Of a worker that died the likely cause is named."""

from __future__ import annotations

from sweep.execution.ray.scheduler import death_reason


def test_of_a_worker_that_died_the_likely_cause_is_named():
    error = "Failure # 1\nThe actor died.\n\tpid: 7\nThe actor is dead because its worker process has died. Worker\n"
    assert death_reason(error).startswith("The worker died again and again, as it does when memory runs out.")
