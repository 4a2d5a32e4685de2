"""Findings of a small search made by hand, for the tests of its figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sweep.analysis.comparison_data import make_study
from sweep.config.setting_keys import SETTING_KEYS
from sweep.reports.collect import Findings
from sweep.reports.subject import Subject
from sweep.results.leaderboard import leaderboard
from tests.sweep.analysis.conftest import _tables


def found(curves, settings, pruned=(), lost=(), **changed):
    """Findings of curves of a loss, (arm, seed) -> its values; pruned trials were judged after the last."""
    statuses = dict.fromkeys(pruned, "PRUNED") | dict.fromkeys(lost, "DIVERGED")
    trials, epochs = _tables(curves, "val_loss", settings, statuses, mode="min")
    is_pruned = trials["status"] == "PRUNED"
    trials = trials.assign(
        seconds=1.0, pruned_rung=trials["epochs_done"].astype(float).where(is_pruned), pruned_value=0.5, epochs=4
    )
    study = make_study(trials, epochs, "val_loss", "min", np.random.default_rng(0))
    board = leaderboard(trials, "val_loss", "min")
    subject = Subject("s", "", "", SETTING_KEYS, ())
    return Findings(Path(), subject, "", "", trials, epochs, board, study, "", (), **changed)


RATES = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 2.0, 3e-1, 3e-2]
SIZES = [16, 32, 64, 128, 16, 32, 64, 128]
SETTINGS = {
    f"adam {n}": {"learning_rate": rate, "batch_size": size, "decay": "cosine" if n % 2 else "constant"}
    for n, (rate, size) in enumerate(zip(RATES, SIZES, strict=True))
}
ENDS = [0.9, 0.7, 0.3, 0.2, 0.5, 0.8, 0.25, 0.28]


def curves_of(lengths):
    return {
        (f"adam {n}", 0): [end + 0.4, end + 0.2, end + 0.1, end][:length]
        for n, (end, length) in enumerate(zip(ENDS, lengths, strict=True))
    }


def pruned_search():
    """Of eight settings four are pruned after 1 epoch, two after 2, and two go on."""
    lengths = [1, 1, 2, 4, 1, 1, 4, 2]
    gone = [(f"adam {n}", 0) for n, length in enumerate(lengths) if length < 4]
    return found(curves_of(lengths), SETTINGS, gone, scheduler="asha")


def random_search():
    """Eight settings of a random search, of which one diverged."""
    return found(curves_of([4] * 8), SETTINGS, lost=[("adam 5", 0)], search="random")
