"""Tests of the smallest difference that could have been shown: it is shown in 80 % of simulated sweeps."""

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.analysis.detectable import detectable, pair_level
from sweep.analysis.pairing import paired_t


def test_a_difference_of_that_size_is_shown_in_80_percent(tables, rng):
    curves = {("adam", seed): [0.9 + 0.01 * rng.normal()] for seed in range(6)}
    curves |= {("sgd", seed): [0.9 + 0.01 * rng.normal()] for seed in range(6)}
    study = make_study(*tables(curves), "val_accuracy", "max", rng)
    (pair,) = study.comparisons
    size, spread = detectable(study, pair), np.std(pair.differences, ddof=1)
    shown = np.mean([paired_t(rng.normal(size, spread, 6)) < 0.05 for _ in range(4000)])
    assert shown == pytest.approx(0.8, abs=0.025)


def test_all_pairs_share_the_level(tables, rng):
    curves = {(name, seed): [0.9 + 0.01 * rng.normal()] for name in ("adam", "sgd", "lion") for seed in range(4)}
    study = make_study(*tables(curves), "val_accuracy", "max", rng)
    assert pair_level(study) == pytest.approx(0.05 / 3)


def test_without_seeds_or_spread_nothing_is_known(tables, rng):
    one = make_study(*tables({("adam", 0): [0.9], ("sgd", 0): [0.8]}), "val_accuracy", "max", rng)
    assert detectable(one, one.comparisons[0]) == np.inf
    same = {(name, seed): [end] for name, end in (("adam", 0.9), ("sgd", 0.8)) for seed in range(4)}
    flat = make_study(*tables(same), "val_accuracy", "max", rng)
    assert np.isnan(detectable(flat, flat.comparisons[0]))
