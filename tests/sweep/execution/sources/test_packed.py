"""A pack of our own networks is reported in portions, the first with its fingerprints and the last marked."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.execution.sources.packed import train_in_reports
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec

RECIPE = Recipe(NetworkSpec((4,)), "float64", 0.0, 0.2, "standard", None, "numpy")


DATA = load(DataSource("iris"))


def job(epochs: int = 4, rates=(0.1, 1e200)) -> PlannedPack:
    """Two trials with seed 3, of which the second cannot but diverge."""
    trials = []
    for rate in rates:
        setting = {"optimizer": "sgd", "learning_rate": rate, "batch_size": 60, "decay": "constant", "epochs": epochs}
        trials.append(Trial(f"t{rate:g}", Arm(f"a{rate:g}", "", setting), 3))
    return PlannedPack(tuple(trials), tuple(map(spec_of, trials)), 60, epochs, 1.0)


@pytest.fixture(scope="module")
def each_epoch():
    """One report an epoch."""
    with np.errstate(all="ignore"):
        return list(train_in_reports(job(), RECIPE, DATA, report_seconds=-1.0))


def test_the_first_chunk_brings_the_fingerprints_and_the_last_says_so(each_epoch):
    assert [report.first for report in each_epoch] == [True, False, False, False]
    assert [report.last for report in each_epoch] == [False, False, False, True]
    assert [set(report.fingerprints) for report in each_epoch] == [{3}, set(), set(), set()]


def test_a_pack_that_is_quick_reports_once():
    (report,) = train_in_reports(job(), RECIPE, DATA, report_seconds=3600.0)
    assert (report.first, report.last) == (True, True)
