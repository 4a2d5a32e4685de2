"""What the tests of frameworks share: a training function that runs in a real process, as in a sweep."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from sweep.execution.sources.own import OwnSource
from sweep.planning.own_training import OwnTraining
from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial


@dataclass(frozen=True)
class Outcome:
    """How a trial has ended, its metrics (name -> a value a report), its own files, and what it printed."""

    status: str
    error: str
    metrics: Mapping[str, list[float]]
    files: list[str]
    output: str


@dataclass
class Process:
    """One process that trains trials of a function."""

    source: OwnSource

    def train(
        self,
        lineage: str,
        setting: Mapping[str, Any],
        *,
        epochs: int,
        goes_on: bool = False,
        stop_at: float | None = None,
        weights: Literal["none", "last", "best"] = "last",
    ) -> Outcome:
        """Train a trial to its end; trials of one lineage share their folder."""
        resumed = frozenset({lineage}) if goes_on else frozenset[str]()
        self.source.training = replace(
            self.source.training, epochs=epochs, stop_at=stop_at, weights=weights, resumed=resumed
        )
        trial = Trial(lineage, Arm(lineage, lineage, dict(setting)), 1, lineage)
        reports = list(self.source.train(PlannedPack((trial,), (), None, epochs, 0.0)))
        metrics: dict[str, list[float]] = {"epoch": []}
        for report in reports:
            if report is None:
                continue
            metrics["epoch"] += report.epochs.tolist()
            for name, values in zip(report.names, report.values.T, strict=True):
                metrics.setdefault(name, []).extend(values.tolist())
        assert reports[-1] is not None
        (end,) = reports[-1].ended
        folder = Path(self.source.folder) / "trials" / lineage
        files = sorted(path.name for path in (folder / "files").glob("*"))
        output = (folder / "output.log").read_text(encoding="utf-8")
        return Outcome(end.status, end.error or "", metrics, files, output)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Process]]:
    """Start the process of a function `train`, given the source of its module and the metric that decides."""
    with ExitStack() as stack:

        def start_one(code: str, metric: str) -> Process:
            folder = tmp_path_factory.mktemp("project")
            (folder / "training.py").write_text(textwrap.dedent(code), encoding="utf-8")
            training = OwnTraining(function="training:train", metric=metric)
            source = stack.enter_context(closing(OwnSource(training, str(folder / "results"), str(folder))))
            (folder / "results").mkdir()
            source.load(1, str(folder))
            return Process(source)

        yield start_one
