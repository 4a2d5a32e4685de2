"""Exponentially weighted averages: smoothness, lag and memory."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.lecture.sections.averages import lag, peak_bytes


def test_larger_betas_are_smoother_and_later(outcome_of):
    table = outcome_of("averages").data["averages"]
    changes = [table[name].diff().std() for name in ("value", "beta_0.5", "beta_0.9", "beta_0.98")]
    assert changes == sorted(changes, reverse=True)
    lags = [lag(table["value"].to_numpy(), beta) for beta in (0.5, 0.9, 0.98)]
    assert lags == sorted(lags)
    assert lags[2] > 20


def test_on_a_slow_wave_the_measured_shift_is_the_mean_age_of_the_weights():
    # beta = 0.9: on a wave of 400 days the phase lag is near beta / (1 - beta) = 9 days.
    wave = np.sin(2.0 * np.pi * np.arange(800) / 400.0)
    assert lag(wave, 0.9) == pytest.approx(9, abs=1)
    assert lag(np.arange(300.0), 0.9) == pytest.approx(9, abs=1)


def test_the_memory_of_a_running_average_does_not_grow():
    peak_bytes(1000, 0.9)
    assert peak_bytes(100_000, 0.9) <= peak_bytes(1000, 0.9) + 512
