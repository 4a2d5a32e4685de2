"""Two sweeps in two threads of one process end as each would alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pandas as pd
import pytest

from sweep import SweepConfig, run


def config(folder, name, executor, learning_rate):
    return SweepConfig.model_validate(
        {
            "name": name,
            "data": {"name": "iris"},
            "optimizers": {"sgd": {"learning_rate": [learning_rate, 3 * learning_rate]}},
            "trainer": {"epochs": 200},
            "resources": {"executor": executor, "workers": 1},
            "results": str(folder / executor),
            "tracking": {"enabled": False},
            "report": False,
        }
    )


SWEEPS = {"one": 0.1, "two": 0.05, "three": 0.02}


@pytest.mark.parametrize("executor", ["inline", "ray"])
def test_sweeps_in_threads_end_as_each_would_alone(tmp_path, ray, executor):
    with ThreadPoolExecutor(len(SWEEPS)) as pool:
        tasks = {name: pool.submit(run, config(tmp_path, name, executor, rate)) for name, rate in SWEEPS.items()}
        results = {name: task.result(120) for name, task in tasks.items()}
    for name, rate in SWEEPS.items():
        assert results[name].trials["status"].tolist() == ["COMPLETED"] * 2
        alone = run(config(tmp_path / "alone", name, "inline", rate))
        columns = {"columns": "seconds"}
        pd.testing.assert_frame_equal(results[name].epochs.drop(**columns), alone.epochs.drop(**columns))
    if executor == "ray":
        spans = sorted((r.trials["started_seconds"].min(), r.trials["ended_seconds"].max()) for r in results.values())
        assert all(first[1] <= second[0] for first, second in pairwise(spans)), "one at a time"
