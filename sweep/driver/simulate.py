"""Replays recorded curves through the search, the scheduler and the coordinator of a sweep, in no time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweep.config import SweepConfig
from sweep.config.scheduler import PbtRule
from sweep.driver.prepare import Preparation, prepare
from sweep.driver.proposing import Proposing
from sweep.errors import ResultsError
from sweep.execution.simulated import Curve, SimulatedExecutor
from sweep.planning.identity import canonical
from sweep.planning.nearest import NearestSettings
from sweep.planning.packing import PlannedPack
from sweep.records import ENDED_WELL, Trial, TrialResult, plain
from sweep.reports.collect import find_folder
from sweep.results.recorded_curves import RecordedCurve, read_curves, recorded_curves
from sweep.running.collecting import READ, Collectors
from sweep.running.commands import Command, PlanMore
from sweep.running.coordinator import Coordinator
from sweep.running.decisions import Decisions
from sweep.running.events import Event, LimitReached, PacksPlanned, PlanEnded, PlanWaits
from sweep.running.limits import Limits
from sweep.running.schedulers import make_scheduler
from sweep.running.schedulers.scheduler import sign_of
from trainers.loop import Ended


@dataclass(frozen=True)
class SimulatedSweep:
    """What a sweep would have found, and what it would have cost.

    Args:
        seed: seed of the search, and of the order of the packs of a grid.
        arms: settings that were tried.
        trials: trials that were trained.
        pruned: those of them that a scheduler has ended.
        epochs: epochs of all trials.
        examples: training examples of all trials.
        whole_epochs: epochs of the recorded sweep, all of its trials to their end.
        whole_examples: the same of its examples.
        seconds: simulated time on the workers.
        best: label of the best setting whose seeds have all ended; empty if none has.
        value: mean of its metric over the seeds; NaN if there is none.
        best_recorded: mean of the best setting of all recorded ones.
        best_recorded_spread: standard deviation of that setting over its seeds, 0 for one seed.
        history: after each trial that has ended, the epochs so far and the value of the best setting so far.
    """

    seed: int
    arms: int
    trials: int
    pruned: int
    epochs: int
    examples: float
    whole_epochs: int
    whole_examples: float
    seconds: float
    best: str
    value: float
    best_recorded: float
    best_recorded_spread: float
    history: tuple[tuple[int, float], ...]


class Recording:
    """Recorded curves, by setting and seed.

    Args:
        curves: the curves.
        source: where they are from, for messages.

    Raises:
        ResultsError: if there are none.
    """

    def __init__(self, curves: Iterable[RecordedCurve], source: str) -> None:
        self._curves: dict[int, dict[int, RecordedCurve]] = {}
        settings: dict[str, int] = {}
        known: list[Mapping[str, Any]] = []
        for curve in curves:
            key = canonical(dict(curve.setting))
            if key not in settings:
                settings[key] = len(known)
                known.append(curve.setting)
            self._curves.setdefault(settings[key], {})[curve.seed] = curve
        if not known:
            raise ResultsError(
                f"a simulation needs curves of trials that were trained to their end. Received: {source}, which has "
                "none. Run the sweep without a scheduler first."
            )
        self._nearest = NearestSettings(known)

    def of(self, trial: Trial) -> RecordedCurve:
        """Return the curve of a trial: of the nearest recorded setting, with its seed or another in its place."""
        seeds = self._curves[self._nearest.nearest(plain(trial.arm.setting))]
        ordered = sorted(seeds)
        return seeds.get(trial.seed) or seeds[ordered[trial.seed % len(ordered)]]

    @property
    def curves(self) -> list[RecordedCurve]:
        """All curves."""
        return [curve for seeds in self._curves.values() for curve in seeds.values()]

    def best(self, metric: str, sign: float) -> tuple[float, float]:
        """Return mean and standard deviation of the best setting, of those that have not diverged."""
        found = []
        for seeds in self._curves.values():
            if all(curve.status in ENDED_WELL for curve in seeds.values()):
                values = [_last(curve.columns[metric]) for curve in seeds.values()]
                found.append((float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0))
        return max(found, key=lambda one: sign * one[0], default=(float("nan"), 0.0))


def curves_of(source: str, config: SweepConfig) -> list[RecordedCurve]:
    """Read recorded curves: from a Parquet file, or from the results of a sweep by its folder or name.

    Raises:
        ResultsError: if there is no such sweep, or it lacks the metric.
    """
    if source.endswith(".parquet"):
        return list(read_curves(Path(source), config.metric.name))
    return list(recorded_curves(find_folder(source, config.results, "`--from`"), config.metric.name))


def simulate(
    config: SweepConfig, recording: Recording, *, seed: int = 0, workers: int = 1, pack_size: int = 1
) -> SimulatedSweep:
    """Replay a sweep.

    Args:
        config: the sweep, with any search, scheduler and limits.
        recording: curves of an earlier sweep over the same hyperparameters.
        seed: seed of the search.
        workers: number of simulated workers.
        pack_size: trials that a worker trains together, and on which a scheduler decides together.

    Raises:
        SweepError: one of its kinds, if the sweep cannot be planned.
    """
    if isinstance(config.scheduler, PbtRule):
        raise config.error(
            "scheduler.method",
            "must be a rule that leaves settings as they are, since a recorded curve cannot go on from the state of "
            "another. Received: pbt. Give such as asha.",
        )
    config = config.model_copy(update={"search": config.search.model_copy(update={"seed": seed})})
    return _Simulation(config, prepare(config), recording, seed=seed, workers=workers, pack_size=pack_size).run()


class _Simulation:
    """One simulated sweep."""

    def __init__(
        self,
        config: SweepConfig,
        preparation: Preparation,
        recording: Recording,
        *,
        seed: int,
        workers: int,
        pack_size: int,
    ) -> None:
        self._config = config
        self._recording = recording
        self._seed = seed
        self._workers = workers
        self._size = pack_size
        self._order = np.random.default_rng(seed)
        self._plan = preparation.plan
        growing = preparation.growing
        self._proposing = None if growing is None else Proposing(config, growing, preparation.plan)
        metric = config.metric
        self._sign = sign_of(metric.mode)
        scheduler = make_scheduler(config)
        self._points = None if scheduler is None else scheduler.points
        decisions = None if scheduler is None else Decisions(scheduler, metric.name, metric.mode)
        self._coordinator = Coordinator(workers, plans_ahead=growing is not None, decisions=decisions)
        self._limits = Limits(config.limits, metric, config.trainer.target, self._plan.seeds)
        self._is_limited = False
        self._collectors = Collectors()
        self._executor = SimulatedExecutor(self._curve, workers)
        self._results: list[TrialResult] = []
        self._epochs = 0
        self._values: dict[str, list[float]] = {}
        self._best = ("", float("nan"))
        self._history: list[tuple[int, float]] = []

    def run(self) -> SimulatedSweep:
        """Replay it to its end."""
        self._plan_trials(self._plan.trials or self._more(self._workers) or ())
        self._executor.run(self._handle)
        best, value = self._best
        curves = self._recording.curves
        recorded, spread = self._recording.best(self._config.metric.name, self._sign)
        # A limit also ends a trial that was about to begin.
        trained = [one for one in self._results if one.status != "CANCELLED" or len(one.epochs.get("epoch", ()))]
        return SimulatedSweep(
            seed=self._seed,
            arms=len({result.trial.arm.id for result in trained}),
            trials=len(trained),
            pruned=sum(result.status == "PRUNED" for result in self._results),
            epochs=self._epochs,
            examples=sum(_last(result.epochs.get("examples", np.empty(0)), 0.0) for result in self._results),
            whole_epochs=sum(len(curve.columns["epoch"]) for curve in curves),
            whole_examples=sum(_last(curve.columns.get("examples", np.empty(0)), 0.0) for curve in curves),
            seconds=self._executor.seconds,
            best=best,
            value=value,
            best_recorded=recorded,
            best_recorded_spread=spread,
            history=tuple(self._history),
        )

    def _curve(self, trial: Trial) -> Curve:
        found = self._recording.of(trial)
        steps = int(_last(found.columns.get("steps", np.empty(0)), 0.0))
        return Curve(found.columns, Ended(0, found.status, steps))  # type: ignore[arg-type]

    def _handle(self, event: Event) -> None:
        if isinstance(event, PacksPlanned):
            self._collectors.add(event.packs)
        for command in self._coordinator.handle(event):
            self._perform(command)

    def _perform(self, command: Command) -> None:
        if isinstance(command, READ):
            self._add(self._collectors.take(command, self._executor.seconds))
        elif isinstance(command, PlanMore):
            trials = () if self._is_limited else self._more(command.workers)
            if trials or command.is_idle:
                self._plan_trials(trials)
            else:
                self._handle(PlanWaits())
        else:
            self._executor.send(command)  # type: ignore[arg-type]

    def _more(self, workers: int) -> Sequence[Trial]:
        if self._proposing is None:
            return ()
        trials, _ = self._proposing.next(workers)
        self._plan = self._proposing.plan
        return trials

    def _plan_trials(self, trials: Sequence[Trial]) -> None:
        packs = self._packs(trials) if trials else []
        self._handle(PacksPlanned(tuple(packs)) if packs else PlanEnded())

    def _packs(self, trials: Sequence[Trial]) -> list[PlannedPack]:
        """Form packs of trials that could be trained together, in an order by the seed."""
        arms = list(dict.fromkeys(trial.arm.id for trial in trials))
        places = dict(zip(arms, self._order.permutation(len(arms)).tolist(), strict=True))
        chosen = sorted(trials, key=lambda trial: (places[trial.arm.id], trial.seed))
        usual = getattr(self._config.trainer, "epochs", None)
        groups: dict[tuple[object, int], list[Trial]] = {}
        for trial in chosen if self._proposing is None else trials:
            setting = trial.arm.setting
            epochs = int(setting.get("epochs", usual) or len(self._curve(trial)))
            groups.setdefault((setting.get("batch_size"), epochs), []).append(trial)
        return [
            PlannedPack(tuple(members[first : first + self._size]), (), None, epochs, 1.0, decisions=self._points)
            for (_, epochs), members in groups.items()
            for first in range(0, len(members), self._size)
        ]

    def _add(self, results: Sequence[TrialResult]) -> None:
        self._results += results
        if self._proposing is not None:
            self._proposing.add(results)
        for result in results:
            self._count(result)
        if results:
            self._history.append((self._epochs, self._best[1]))
        limit = self._limits.add(results) or self._limits.reached(self._executor.seconds / 60)
        if limit and not self._is_limited:
            self._is_limited = True
            self._handle(LimitReached(limit))

    def _count(self, result: TrialResult) -> None:
        """Count a trial, and compare its setting with the best one once all of its seeds have ended well."""
        self._epochs += len(result.epochs.get("epoch", ()))
        if result.status not in ENDED_WELL:
            return
        arm = result.trial.arm
        values = self._values.setdefault(arm.id, [])
        values.append(_last(result.epochs[self._config.metric.name]))
        mean = float(np.mean(values))
        is_better = np.isnan(self._best[1]) or self._sign * mean > self._sign * self._best[1]
        if len(values) == len(self._plan.seeds) and is_better:
            self._best = arm.label, mean


def _last(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], default: float = float("nan")) -> float:
    return float(values[-1]) if len(values) else default
