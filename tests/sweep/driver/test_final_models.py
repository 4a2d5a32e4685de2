"""The model of a trial is the one that was kept, or the same trained again."""

import numpy as np
import pytest

from sweep.config import SweepConfig
from sweep.driver import final_models
from sweep.driver.final_models import compared_weights, find_models
from sweep.driver.prepare import prepare_networks
from sweep.driver.run import run
from trainers.errors import UserCodeError
from trainers.prediction import predict_rows

CONFIG = {
    "name": "models",
    "data": {"name": "iris"},
    "network": {"hidden": [4]},
    "optimizers": {"adam": {"learning_rate": [0.1, 0.01]}},
    "trainer": {"epochs": 3},
    "metric": {"name": "val_accuracy"},
    "seeds": 2,
    "resources": {"executor": "inline"},
    "tracking": {"enabled": False},
    "report": False,
}


def outputs(preparation, path):
    trials = preparation.plan.trials
    found = find_models(preparation, path, trials)
    inputs = preparation.data.inputs
    return {trial.id: predict_rows(*found[trial.id], inputs) for trial in trials}


@pytest.mark.parametrize(("of", "keep"), [("last", "last"), ("best", "best"), ("last", "best")])
def test_a_model_that_was_not_kept_is_trained_again_to_the_same_bits(tmp_path, monkeypatch, of, keep):
    given = {**CONFIG, "results": str(tmp_path), "metric": {"name": "val_accuracy", "of": of}}
    kept = SweepConfig.model_validate({**given, "keep": {"weights": keep, "trials": "all"}})
    result = run(kept)
    trained = []
    again = final_models._train
    monkeypatch.setattr(final_models, "_train", lambda *one: (trained.append(one), again(*one)))
    from_files = outputs(prepare_networks(kept), result.path)
    # What was kept is of use only if it is of the epoch that counts.
    assert len(trained) == (0 if of == keep else 4)
    anew = outputs(prepare_networks(SweepConfig.model_validate(given)), tmp_path / "nothing")
    assert len(from_files) == 4
    for trial_id, values in from_files.items():
        np.testing.assert_array_equal(values, anew[trial_id])


def test_the_epoch_that_counts_is_the_one_by_which_trials_are_compared():
    assert compared_weights(SweepConfig.model_validate(CONFIG)) == "last"
    best = {**CONFIG, "metric": {"name": "val_accuracy", "of": "best"}}
    assert compared_weights(SweepConfig.model_validate(best)) == "best"


def test_a_trial_whose_code_has_changed_has_no_model_and_ends_nothing(tmp_path, monkeypatch):
    def changed(*_, **__):
        raise UserCodeError("must stay as it was when the sweep was planned")
        yield

    preparation = prepare_networks(SweepConfig.model_validate({**CONFIG, "results": str(tmp_path)}))
    monkeypatch.setattr(final_models, "train_in_reports", changed)
    assert find_models(preparation, tmp_path, preparation.plan.trials) == {}
