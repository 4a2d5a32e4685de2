"""What a terminal shows of replayed sweeps: means, and the range where the replays differ."""

from __future__ import annotations

import io
import math

import pytest
from rich.console import Console

from sweep.driver.simulate import SimulatedSweep
from sweep.terminal import simulation


def replayed(**changed) -> SimulatedSweep:
    facts = {
        "seed": 0,
        "arms": 30,
        "trials": 60,
        "pruned": 40,
        "epochs": 1200,
        "examples": 0.0,
        "whole_epochs": 4800,
        "whole_examples": 0.0,
        "seconds": 12.34,
        "best": "adam [lr=0.1]",
        "value": 0.95,
        "best_recorded": 0.96,
        "best_recorded_spread": 0.01,
        "history": (),
    }
    return SimulatedSweep(**{**facts, **changed})


@pytest.fixture
def printed(monkeypatch):
    """Print replays, and return the lines by their first words."""

    def shown(*sweeps, metric="val_accuracy"):
        console = Console(file=io.StringIO(), width=120, highlight=False, markup=False, emoji=False)
        monkeypatch.setattr(simulation, "plain_console", lambda: console)
        simulation.print_simulation(sweeps, metric)
        lines = [line.strip().partition("  ") for line in console.file.getvalue().splitlines()]
        return {name: text.strip() for name, _, text in lines}

    return shown


def test_one_replay_is_told_without_ranges_and_with_its_share_of_the_recorded_epochs(printed):
    assert printed(replayed()) == {
        "replays": "1",
        "settings": "30",
        "trials": "60",
        "pruned": "40",
        "epochs": "1,200",
        "of the recorded": "25.0 %",
        "training": "12.3 s",
        "best val_accuracy": "0.95",
        "best recorded": "0.96",
        "best setting": "adam [lr=0.1]",
    }


def test_several_replays_are_told_by_their_mean_and_their_range(printed):
    shown = printed(replayed(), replayed(epochs=2400, value=0.85, best="sgd"), metric="val_loss")
    assert shown["replays"] == "2"
    assert shown["epochs"] == "1,800 (1,200 to 2,400)"
    assert shown["of the recorded"] == "37.5 % (25.0 % to 50.0 %)"
    assert shown["best val_loss"] == "0.9 (0.85 to 0.95)"
    assert shown["trials"] == "60"
    assert shown["best setting"] == "adam [lr=0.1] (first replay)"


def test_a_replay_that_has_found_nothing_is_left_out_of_the_mean_of_the_others(printed):
    nothing = replayed(value=math.nan, best="")
    assert printed(replayed(), nothing)["best val_accuracy"] == "0.95"
    assert printed(nothing)["best val_accuracy"] == "none"
