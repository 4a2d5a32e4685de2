"""How often checkpoints are written is asked in seconds, and changes neither a trial nor its plan."""

from __future__ import annotations

import pytest

from sweep import SweepConfig, SweepError, load_config, plan

SWEEP = "data: {name: iris}\noptimizers: {sgd: {learning_rate: 0.1}}\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(SWEEP)
    return path


def test_a_minute_is_the_default(file):
    assert load_config(file).checkpoint.every == 60
    assert load_config(file, ["checkpoint.every=2.5"]).checkpoint.every == 2.5
    assert load_config(file, ["checkpoint.every=0"]).checkpoint.every == 0


@pytest.mark.parametrize("value", ["-1", "soon", ".inf", ".nan", "1e9"])
def test_what_is_no_time_is_refused(file, value):
    with pytest.raises(SweepError, match=r"`checkpoint\.every`") as refused:
        load_config(file, [f"checkpoint.every={value}"])
    assert "Received" in str(refused.value)


def test_trials_and_their_plan_are_the_same(file):
    usual, other = (plan(load_config(file, [f"checkpoint.every={every}"])) for every in (60, 5))
    assert [trial.id for trial in usual.trials] == [trial.id for trial in other.trials]
    assert usual.hash == other.hash
    assert isinstance(load_config(file), SweepConfig)
