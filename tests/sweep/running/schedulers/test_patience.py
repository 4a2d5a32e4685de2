"""Patience: a trial ends once its best report is too old."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.running.schedulers.patience import Patience


@pytest.mark.parametrize(
    ("scores", "options", "expected"),
    [
        # The best is at 2; 3 reports later the trial ends.
        ([0.1, 0.5, 0.4, 0.5, 0.3, 0.9], {"patience": 3}, ("pruned", 5)),
        ([0.1, 0.5, 0.4, 0.5, 0.6, 0.9], {"patience": 3}, ("completed", 6)),
        # 0.05 more is no improvement.
        ([0.5, 0.55, 0.56, 0.57, 0.9], {"patience": 2, "min_delta": 0.1}, ("pruned", 3)),
        ([0.5, 0.4, 0.4, 0.4, 0.4, 0.4], {"patience": 1, "grace_period": 4}, ("pruned", 4)),
        ([0.5, np.nan, np.nan, 0.9], {"patience": 2}, ("pruned", 3)),
        ([-5.0, -4.0, -3.0, -2.0], {"patience": 1, "min_delta": 0.5}, ("completed", 4)),
    ],
)
def test_a_trial_ends_when_it_has_not_improved_for_so_long(replay, scores, options, expected):
    assert replay(Patience(**options), {"t000": scores}, ["t000"] * len(scores)) == {"t000": expected}


def test_trials_do_not_matter_to_each_other(replay, make_curves, make_order):
    found = make_curves(5, 10, 12)
    together = replay(Patience(patience=5), found, make_order(5, dict.fromkeys(found, 12)))
    alone = {name: replay(Patience(patience=5), {name: scores}, [name] * 12)[name] for name, scores in found.items()}
    assert together == alone
    assert {status for status, _ in together.values()} == {"pruned", "completed"}
