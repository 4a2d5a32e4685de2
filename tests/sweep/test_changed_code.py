"""A sweep trains the code that the ids of its trials stand for, also where its files change while Python runs."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from sweep import load_config, run
from sweep.driver.prepare import prepare
from sweep.execution.boundary import next_report
from sweep.execution.sources.packed import train_in_reports

OPTIMIZER = """
from my_scale import scale
from trainers.optimizers.sgd import GradientDescent

class Scaled(GradientDescent):
    name = "scaled"

    def coefficients(self, hyperparameters, learning_rate, step):
        return {"alpha": scale * learning_rate}
"""
SWEEP = """
data: {name: iris}
trainer: {epochs: 2}
tracking: {enabled: false}
report: false
resources: {executor: inline}
optimizers: {"my_opt:Scaled": {learning_rate: 0.1}, sgd: {learning_rate: 0.3}}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a user's optimizer, and the sweep that uses it."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    (tmp_path / "my_opt.py").write_text(OPTIMIZER)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    yield tmp_path
    for name in ("my_opt", "my_scale"):
        sys.modules.pop(name, None)
    assert "my_scale" not in before


def write(folder, scale):
    path = folder / "my_scale.py"
    path.write_text(f"scale = {scale}\n")
    os.utime(path, (1_000_000_000, 1_000_000_000))


def losses(result):
    """Last validation loss of each optimizer, and the trial's id."""
    trials = result.trials.set_index("optimizer")
    return {name: (trials["final_val_loss"][name], trials["trial_id"][name]) for name in trials.index}


def test_code_that_was_changed_between_two_runs_is_trained_under_its_own_id(folder):
    write(folder, 1)
    config = load_config(folder / "sweep.yaml")
    first = losses(run(config))
    write(folder, 3)
    second = losses(run(config))
    assert second["my_opt:Scaled"][1] != first["my_opt:Scaled"][1]
    # Three times the step at a third of the learning rate is gradient descent itself.
    assert first["my_opt:Scaled"][0] != first["sgd"][0]
    assert second["my_opt:Scaled"][0] == pytest.approx(second["sgd"][0], rel=1e-5)
    write(folder, 1)
    assert losses(run(config)) == first


def test_a_change_that_breaks_the_code_is_one_sentence(folder):
    from sweep import SweepError

    write(folder, 1)
    config = load_config(folder / "sweep.yaml")
    (folder / "my_scale.py").write_text("scale = = 3\n")
    with pytest.raises(SweepError, match=r"`optimizers` names a module that is not Python"):
        run(config)


def test_a_worker_that_finds_other_code_than_was_planned_trains_nothing(folder):
    write(folder, 1)
    preparation = prepare(load_config(folder / "sweep.yaml"))
    (job, *_) = preparation.packs(preparation.plan.trials, preparation.rates(), 1)
    assert not isinstance(next_report(train_in_reports(job, preparation.recipe, preparation.data)), str)
    ((path, _),) = preparation.recipe.code
    other = replace(preparation.recipe, code=((path, "0" * 16),))
    said = next_report(train_in_reports(job, other, preparation.data))
    assert "`my_opt:Scaled` must stay as it was when the sweep was planned" in said
