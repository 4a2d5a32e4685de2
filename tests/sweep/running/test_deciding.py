"""What a scheduler decides is carried out on trials in packs, whatever happens to workers; none is lost."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest

from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial
from sweep.running.commands import (
    AcceptReport,
    AnswerPack,
    EndExecution,
    EndTrials,
    FailPack,
    FormPack,
    PlanMore,
    StopPack,
    StopTrials,
    TakeOver,
    TrainPack,
    UseWorkers,
)
from sweep.running.coordinator import Coordinator
from sweep.running.decisions import Decisions
from sweep.running.events import PacksPlanned, PlanEnded, ReportReceived, WorkerJoined, WorkerLost
from sweep.running.reports import PackCollector, Report
from sweep.running.schedulers.asha import AsyncSuccessiveHalving
from sweep.running.schedulers.hyperband import HyperBand
from sweep.running.schedulers.median import MedianStopping
from sweep.running.schedulers.pbt import PopulationBasedTraining
from sweep.running.schedulers.successive_halving import SuccessiveHalving
from trainers.loop import Ended

EPOCHS = 8
RECIPE = object()
RULES = {
    "asha": lambda: AsyncSuccessiveHalving(reduction_factor=2, max_t=EPOCHS),
    "median": lambda: MedianStopping(grace_period=2),
    "successive_halving": lambda: SuccessiveHalving(reduction_factor=2, max_t=EPOCHS),
    "hyperband": lambda: HyperBand(reduction_factor=2, max_t=EPOCHS),
    "pbt": lambda: PopulationBasedTraining(perturbation_interval=2, epochs=EPOCHS, explore=lambda setting, _: setting),
}


def score(trial: str, epoch: int) -> float:
    """The curve of a trial, whose final order is that of its number."""
    return int(trial[1:]) / 16 + (epoch * 7 + int(trial[1:]) * 5) % 11 / 100


@dataclass
class Worker:
    """What a worker trains."""

    command: TrainPack
    epoch: int
    left: list[int]
    number: int = 0
    waits: bool = False
    paused: tuple[int, ...] = ()


@dataclass
class Sweep:
    """Workers that join, die, report and wait, as a seed decides.

    Args:
        seed: of all that happens.
        rule: name of the rule.
        workers: number of workers.
        sizes: number of trials of each pack.
        lossy: how often a worker dies.
        seeds: number of seeds of a setting.
        known: results from before.
        diverging: trials that diverge, and after which epoch.
    """

    seed: int
    rule: str
    workers: int
    sizes: list[int]
    lossy: float = 0.0
    seeds: int = 1
    known: tuple = ()
    diverging: dict[str, int] = field(default_factory=dict)
    most_events: int = 100_000

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.trials = [
            Trial(f"t{n:02}", Arm(f"a{n // self.seeds}", "", {}), n % self.seeds) for n in range(sum(self.sizes))
        ]
        scheduler = RULES[self.rule]()
        decisions = Decisions(scheduler, "score", "max", self.rule, [[trial.id for trial in self.trials]])
        decisions.restore(self.known)
        self.coordinator = Coordinator(self.workers, decisions=decisions)
        done = {result.trial.id for result in self.known}
        self.packs, first = [], 0
        for size in self.sizes:
            members = tuple(trial for trial in self.trials[first : first + size] if trial.id not in done)
            first += size
            if members:
                specs = () if self.rule == "pbt" else (None,) * len(members)
                self.packs.append(PlannedPack(members, specs, 16, EPOCHS, 1.0, RECIPE, decisions=scheduler.points))
        self.points = scheduler.points
        self.alive: set[str] = set()
        self.training: dict[str, Worker] = {}
        self.collectors: list[PackCollector] = []
        self.owner: dict[str, PackCollector] = {}
        self.results: dict[str, object] = {}
        self.commands: list[object] = []
        self.paused: dict[str, int] = {}
        self.taken: list[tuple[str, str, int]] = []
        self.born, self.is_over, self.wanted = 0, False, self.workers

    def run(self) -> dict[str, tuple[str, int]]:
        self.collect(self.packs)
        self.happen(PacksPlanned(tuple(self.packs)) if self.packs else PlanEnded())
        for _ in range(self.most_events):
            if self.is_over:
                return {name: (one.status, len(one.epochs["epoch"])) for name, one in sorted(self.results.items())}
            self.step()
        raise AssertionError("the sweep hangs")

    def collect(self, packs) -> None:
        for planned in packs:
            collector = PackCollector(planned.trials)
            self.collectors.append(collector)
            self.owner |= {trial.id: collector for trial in planned.trials}

    def add(self, results) -> None:
        for result in results:
            assert result.trial.id not in self.results, "a trial ends once"
            self.results[result.trial.id] = result

    def happen(self, event) -> None:
        commands = self.coordinator.handle(event)
        self.commands += commands
        for command in commands:
            self.carry_out(command)

    def carry_out(self, command) -> None:  # noqa: C901 (one case for each command)
        match command:
            case UseWorkers(count):
                self.wanted = count
            case TrainPack(worker, _, _, planned):
                assert worker not in self.training, "a worker trains one pack at a time"
                for trial in planned.trials:
                    assert trial.id not in self.results, "a trial that has ended is not trained"
                    if planned.resumed_epoch:
                        assert self.paused[trial.id] == planned.resumed_epoch, "it goes on from its checkpoint"
                self.training[worker] = Worker(command, planned.resumed_epoch, list(range(len(planned.trials))))
            case AnswerPack(worker, _, _, number, stop, pause):
                one = self.training[worker]
                assert one.waits
                assert number == one.number - 1
                one.waits, one.paused = False, pause
                one.left = [trial for trial in one.left if trial not in (*stop, *pause)]
            case StopTrials(worker, _, _, trials):
                one = self.training[worker]
                one.left = [trial for trial in one.left if trial not in trials]
            case StopPack(worker):
                self.training.pop(worker, None)
            case AcceptReport(pack, report):
                self.add(self.collectors[pack].add(report))
            case EndTrials(pack, ended, tags):
                self.add(self.collectors[pack].end(ended, 1.0, tags))
            case FormPack(pack, planned):
                assert pack == len(self.collectors)
                for trial in planned.trials:
                    self.owner[trial.id].leave(trial.id)
                self.collect([planned])
            case TakeOver(exploit, trial, donor, epoch):
                assert self.paused[donor.id] == epoch, "the donor has left its checkpoint"
                assert trial.id not in self.results, "a trial that has ended takes nothing over"
                self.paused[trial.id] = epoch
                self.taken.append((trial.id, donor.id, exploit.at))
            case FailPack(pack, error):
                self.add(self.collectors[pack].fail(error, 1.0))
            case PlanMore():
                self.happen(PlanEnded())
            case EndExecution():
                self.is_over = True

    def step(self) -> None:
        if len(self.alive) < self.wanted:
            self.born += 1
            self.alive.add(f"w{self.born}")
            self.happen(WorkerJoined(f"w{self.born}"))
            return
        worker = self.chance.choice(sorted(self.alive))
        one = self.training.get(worker)
        if self.chance.random() < self.lossy:
            self.alive.discard(worker)
            self.training.pop(worker, None)
            self.happen(WorkerLost(worker, "It died."))
        elif one is not None and not one.waits:
            self.report(worker, one)
        else:
            busy = [name for name, found in self.training.items() if not found.waits]
            assert busy or self.lossy or len(self.alive) < self.wanted or self.is_over, "nobody trains"

    def report(self, worker: str, one: Worker) -> None:
        planned = one.command.planned
        ended: list[Ended] = [Ended(trial, "PAUSED", one.epoch) for trial in one.paused]
        self.paused |= {planned.trials[trial].id: one.epoch for trial in one.paused}
        epochs, rows = [], []
        first = 1 if one.number == 0 else one.epoch + 1
        if not one.paused:
            before, one.epoch = one.epoch, one.epoch + 1
            epochs = list(range(first, one.epoch + 1))
            names = {trial: planned.trials[trial].id for trial in one.left}
            gone = [trial for trial, name in names.items() if self.diverging.get(name, EPOCHS + 1) <= one.epoch]
            ended += [Ended(trial, "DIVERGED", one.epoch) for trial in gone]
            one.left = [trial for trial in one.left if trial not in gone]
            rows = [(epoch, trial) for epoch in epochs for trial in one.left]
            if one.epoch == EPOCHS:
                ended += [Ended(trial, "COMPLETED", one.epoch) for trial in one.left]
                one.left = []
            one.waits = bool(one.left) and self.points.passed(before, one.epoch) is not None
        one.paused = ()
        last = not one.left
        report = Report(
            ("score", "steps", "examples", "seconds"),
            np.array([epoch for epoch, _ in rows], dtype=np.int64),
            np.array([trial for _, trial in rows], dtype=np.int64),
            np.array([[score(planned.trials[trial].id, epoch), 0, 0, 0] for epoch, trial in rows]).reshape(-1, 4),
            tuple(ended),
            0.0,
            1.0,
            one.number,
            last,
            waits=one.waits,
        )
        one.number += 1
        if last:
            self.training.pop(worker)
        self.happen(ReportReceived(worker=worker, pack=one.command.pack, attempt=one.command.attempt, report=report))


def sweep_of(seed: int, rule: str, **options) -> Sweep:
    chance = random.Random(seed)
    sizes = [chance.choice([1, 1, 2, 3, 12]) for _ in range(chance.randint(1, 8))]
    return Sweep(seed, rule, chance.randint(1, 5), sizes, **options)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("lossy", [0.0, 0.03])
@pytest.mark.parametrize("seed", range(25))
def test_every_trial_ends_once_with_the_rows_of_its_curve(rule, lossy, seed):
    sweep = sweep_of(seed, rule, lossy=lossy)
    ended = sweep.run()
    assert set(ended) == {trial.id for trial in sweep.trials}
    for name, result in sweep.results.items():
        if result.status == "FAILED":
            assert lossy
            continue
        assert result.epochs["epoch"].tolist() == list(range(1, len(result.epochs["epoch"]) + 1))
        assert result.epochs["score"].tolist() == [score(name, int(epoch)) for epoch in result.epochs["epoch"]]
        if result.status == "PRUNED":
            assert result.pruned_rung == len(result.epochs["epoch"]) < EPOCHS
        else:
            assert len(result.epochs["epoch"]) == EPOCHS


@pytest.mark.parametrize("seed", range(25))
def test_the_rungs_of_successive_halving_have_their_sizes_whatever_happens_to_workers(seed):
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(1, 16), chance.randint(0, 6)))
    sizes = [after - before for before, after in zip([0, *cuts], [*cuts, 16], strict=True)]
    sweep = Sweep(seed, "successive_halving", chance.randint(1, 4), sizes, lossy=0.01)
    ended = sweep.run()
    if "FAILED" not in {status for status, _ in ended.values()}:
        assert Counter(ended.values()) == {("PRUNED", 1): 8, ("PRUNED", 2): 4, ("PRUNED", 4): 2, ("COMPLETED", 8): 2}


@pytest.mark.parametrize("rule", ["successive_halving", "hyperband"])
@pytest.mark.parametrize("seed", range(8))
def test_which_trials_go_on_does_not_depend_on_packs_and_workers(rule, seed):
    alone = Sweep(0, rule, 1, [24], seeds=2).run()
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(1, 24), 5))
    sizes = [after - before for before, after in zip([0, *cuts], [*cuts, 24], strict=True)]
    assert Sweep(seed, rule, 3, sizes, seeds=2).run() == alone


@pytest.mark.parametrize("rule", ["successive_halving", "hyperband"])
@pytest.mark.parametrize("seed", range(12))
def test_a_sweep_that_was_interrupted_ends_as_one_that_was_not(rule, seed):
    whole = Sweep(seed, rule, 2, [3, 5, 8, 8], seeds=2)
    expected = whole.run()
    order = list(whole.results.values())
    cut = random.Random(seed).randrange(len(order))
    # Trials that end together are recorded together.
    together = order[:cut]
    ends = [set(end) for end in ends_of(whole)]
    names = {result.trial.id for result in together}
    names = set().union(*(end for end in ends if end <= names)) if names else set()
    again = Sweep(
        seed + 1, rule, 3, [3, 5, 8, 8], seeds=2, known=tuple(one for one in together if one.trial.id in names)
    )
    found = again.run()
    assert {**{name: expected[name] for name in names}, **found} == expected


def ends_of(sweep: Sweep) -> list[list[str]]:
    """The trials that each event has ended, by the rung at which they were pruned."""
    rungs: dict[object, list[str]] = {}
    for name, result in sweep.results.items():
        key = (result.pruned_rung, "hyperband" if sweep.rule == "hyperband" else "") if result.pruned_rung else name
        rungs.setdefault(key, []).append(name)
    return list(rungs.values())


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "pbt"])
def test_trials_that_diverge_are_not_waited_for(rule):
    sweep = Sweep(1, rule, 2, [4, 4, 4], diverging={"t00": 1, "t05": 2, "t07": 5})
    ended = sweep.run()
    assert {name for name, (status, _) in ended.items() if status == "DIVERGED"} <= {"t00", "t05", "t07"}
    assert ended["t00"] == ("DIVERGED", 0)
    assert "COMPLETED" in {status for status, _ in ended.values()}


@pytest.mark.parametrize("seed", range(12))
def test_who_takes_over_from_whom_does_not_depend_on_packs_and_workers(seed):
    alone = Sweep(0, "pbt", 1, [24], seeds=2)
    alone.run()
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(1, 24), 5))
    sizes = [after - before for before, after in zip([0, *cuts], [*cuts, 24], strict=True)]
    split = Sweep(seed, "pbt", 3, sizes, seeds=2, lossy=0.01 * (seed % 2))
    ended = split.run()
    if "FAILED" not in {status for status, _ in ended.values()}:
        assert sorted(split.taken) == sorted(alone.taken)
    # Of each seed's 12 trials, 3 take over at 2, 4 and 6.
    assert len(alone.taken) == 2 * 3 * 3


@pytest.mark.parametrize("lossy", [0.0, 0.03])
@pytest.mark.parametrize("seed", range(20))
def test_trials_of_a_population_that_diverge_take_over_at_the_next_interval(seed, lossy):
    """t00 diverges in each epoch, t05 from 3 on, and t07 in the last two, after which there is no interval."""
    sweep = Sweep(seed, "pbt", 3, [4, 4, 4], diverging={"t00": 1, "t05": 3, "t07": 7}, lossy=lossy)
    ended = sweep.run()
    if "FAILED" in {status for status, _ in ended.values()}:
        return
    assert {name for name, (status, _) in ended.items() if status == "DIVERGED"} == {"t00", "t05", "t07"}
    lost = [(name, at) for name, donor, at in sweep.taken if name in ("t00", "t05")]
    assert {("t00", 2), ("t00", 4), ("t00", 6), ("t05", 4), ("t05", 6)} <= set(lost)
    assert not {("t00", at) for at in (2, 4, 6)} & {(donor, at) for _, donor, at in sweep.taken}


def test_a_population_that_diverges_as_a_whole_ends():
    sweep = Sweep(0, "pbt", 2, [2, 2], diverging=dict.fromkeys(["t00", "t01", "t02", "t03"], 3))
    assert {status for status, _ in sweep.run().values()} == {"DIVERGED"}


@pytest.mark.parametrize("rule", RULES)
def test_the_same_events_give_the_same_commands(rule):
    one, two = (sweep_of(3, rule, lossy=0.02) for _ in range(2))
    one.run(), two.run()
    assert [type(command) for command in one.commands] == [type(command) for command in two.commands]
    assert str(one.results) == str(two.results)
