"""A search begins with the results of an earlier sweep, from its folder or from MLflow."""

from __future__ import annotations

import pytest

from sweep import load_config, run
from sweep.driver.earlier_results import earlier_results
from sweep.driver.prepare import prepare
from sweep.errors import ConfigError

SWEEP = """
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 2}
optimizers: {sgd: {learning_rate: {log_uniform: [1.0e-3, 1.0]}}}
search: {method: random, trials: 5}
seeds: 2
resources: {executor: inline}
report: false
"""
LATER = ["name=later", "search={method: tpe, trials: 3, from: early}"]


@pytest.fixture(scope="module")
def early(tmp_path_factory):
    folder = tmp_path_factory.mktemp("early")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        (folder / "early.yaml").write_text(SWEEP)
        return folder, run(load_config("early.yaml"))


@pytest.fixture
def there(early, monkeypatch):
    monkeypatch.chdir(early[0])
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return early


def test_every_setting_comes_with_its_mean_over_seeds(there):
    _, result = there
    found = {
        setting["learning_rate"]: outcome.values
        for setting, outcome in earlier_results(load_config("early.yaml", LATER))
    }
    means = result.trials.groupby("learning_rate")["final_val_loss"].mean()
    assert {rate: values[0] for rate, values in found.items()} == pytest.approx(means.to_dict())


def test_without_the_folder_the_experiment_says_the_same(there, tmp_path):
    config = load_config("early.yaml", LATER)
    by_folder = {setting["learning_rate"]: outcome.values[0] for setting, outcome in earlier_results(config)}
    elsewhere = load_config("early.yaml", [*LATER, f"results={tmp_path}"])
    by_runs = {setting["learning_rate"]: outcome.values[0] for setting, outcome in earlier_results(elsewhere)}
    assert by_runs == pytest.approx(by_folder)
    assert "tpe begins with 5 settings of early" in prepare(elsewhere).plan.choices


def test_what_does_not_exist_or_lacks_the_metric_is_told(there):
    with pytest.raises(ConfigError, match=r"`search.from` must name a sweep that has run, or an MLflow experiment"):
        earlier_results(load_config("early.yaml", ["search={method: tpe, trials: 3, from: other}"]))
    with pytest.raises(ConfigError, match=r"`search.from` must name results with the metric val_f1_macro"):
        earlier_results(load_config("early.yaml", [*LATER, "metric=val_f1_macro"]))


def test_a_search_without_it_begins_with_nothing(there):
    assert earlier_results(load_config("early.yaml")) == ()
