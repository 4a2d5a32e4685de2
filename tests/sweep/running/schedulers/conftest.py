"""Trials, recorded curves, and a replay of them through a scheduler, one trial at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from sweep.records import Arm, Trial
from sweep.running.schedulers.scheduler import Observation, Scheduler


def trial(number: int, arm: int | None = None, seed: int = 0) -> Trial:
    """A trial whose setting is its own, unless it shares it with others."""
    return Trial(f"t{number:03}", Arm(f"a{number if arm is None else arm}", "", {}), seed)


def curves(seed: int, count: int, length: int) -> dict[str, list[float]]:
    """Scores that are eighths, so that many are equal and sums are exact."""
    random = np.random.default_rng(seed)
    ends = random.integers(0, 9, size=(count, 1))
    noise = random.integers(-2, 3, size=(count, length))
    scores = (ends * np.linspace(0.25, 1, length) + noise).round() / 8
    return {f"t{number:03}": scores[number].tolist() for number in range(count)}


def orders(seed: int, lengths: Mapping[str, int]) -> list[str]:
    """Whose report comes next, in a random order that every trial's own reports keep."""
    random = np.random.default_rng(1000 + seed)
    reports = [name for name, length in lengths.items() for _ in range(length)]
    return [reports[index] for index in random.permutation(len(reports))]


def replay(
    scheduler: Scheduler, found: Mapping[str, Sequence[float]], order: Sequence[str]
) -> dict[str, tuple[str, int]]:
    """Report curves one trial at a time; returns how each trial ended, and after how many reports.

    A trial reports only while it is trained; one that is paused goes on once the scheduler says so.
    """
    trials = {name: trial(int(name[1:])) for name in found}
    scheduler.add(list(trials.values()))
    done = dict.fromkeys(found, 0)
    state = dict.fromkeys(found, "running")
    queue = list(order)
    while queue:
        ready = next((place for place, name in enumerate(queue) if state[name] != "paused"), None)
        if ready is None:
            break
        name = queue.pop(ready)
        if state[name] != "running":
            continue
        before = done[name]
        done[name] += 1
        observation = Observation(trials[name], float(done[name]), found[name][before])
        if done[name] == len(found[name]):
            scheduler.observe(observation)
            state[name] = "completed"
            scheduler.end(trials[name], "COMPLETED")
        elif scheduler.points.passed(before, done[name]) is None:
            if scheduler.observes:
                scheduler.observe(observation)
        else:
            (verdict,) = scheduler.decide([observation])
            state[name] = {"continue": "running", "prune": "pruned", "pause": "paused"}[verdict]
        settled = scheduler.settle()
        for resumed in settled.resumed:
            state[resumed] = "running"
        for one in settled.pruned:
            state[one.trial_id] = "pruned"
    return {name: (state[name], done[name]) for name in found}


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    """Create a trial."""
    return trial


@pytest.fixture
def make_curves() -> Callable[..., dict[str, list[float]]]:
    """Create curves of random trials."""
    return curves


@pytest.fixture
def make_order() -> Callable[..., list[str]]:
    """Create an order of reports."""
    return orders


@pytest.fixture(name="replay")
def _replay() -> Callable[..., dict[str, tuple[str, int]]]:
    """Replay curves through a scheduler."""
    return replay
