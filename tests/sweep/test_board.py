"""The count of a running sweep: what ended and how, and the best arm of each optimizer."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.board import Board
from sweep.progress import Silent
from sweep.records import Arm, Trial, TrialResult


class Seen(Silent):
    def update(self, **state):
        self.state = state


def result(optimizer, value, status="COMPLETED", label="arm"):
    trial = Trial("t", Arm("a", f"{optimizer} {label}", {"optimizer": optimizer}), 0)
    epochs = {"val_loss": np.array([9.0, value])}
    return TrialResult(trial, status, epochs, {}, 0.0, 0.0)


@pytest.fixture
def seen():
    return Seen()


def test_it_counts_what_ended_on_top_of_what_an_earlier_run_had_finished(seen):
    board = Board(seen, "val_loss", "min", done=5)
    board.ended([result("sgd", 1.0), result("sgd", 2.0, "DIVERGED"), result("adam", 3.0, "FAILED")])
    board.show([])
    counts = {key: seen.state[key] for key in ("done", "running", "diverged", "failed")}
    assert counts == {"done": 8, "running": 0, "diverged": 1, "failed": 1}


@pytest.mark.parametrize(("mode", "best"), [("min", 0.5), ("max", 3.0)])
def test_the_best_of_each_optimizer_is_by_the_last_epoch(seen, mode, best):
    board = Board(seen, "val_loss", mode, done=0)
    board.ended([result("sgd", 0.5), result("sgd", 3.0), result("sgd", 1.0), result("adam", 2.0, label="b")])
    board.show([])
    assert seen.state["best"] == {"sgd": ("sgd arm", best), "adam": ("adam b", 2.0)}


@pytest.mark.parametrize("status", ["DIVERGED", "FAILED"])
def test_what_did_not_end_well_is_never_the_best(seen, status):
    board = Board(seen, "val_loss", "min", done=0)
    board.ended([result("sgd", 0.1, status), result("sgd", float("nan"), "COMPLETED")])
    board.show([])
    assert seen.state["best"] == {}
