"""Base rates are those of scikit-learn's dummies and simple models on the very splits that trials train on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import log_loss, mean_squared_error, r2_score
from sklearn.neighbors import NearestCentroid

from trainers.base_rates import base_rates
from trainers.data import Dataset, DataSource, load, split
from trainers.data.dataset import classification
from trainers.data.split import split_indices
from trainers.seeding import generator

SEEDS = (0, 3, 11)


def parts_of(dataset, seed, normalise="standard"):
    return split(dataset, 0.25, normalise, generator(seed, "split"))


@pytest.mark.parametrize("name", ["iris", "breast_cancer", "wine"])
def test_of_classes_they_are_the_prior_and_the_nearest_centroid(name):
    dataset = load(DataSource(name))
    trivial, centroid = base_rates(dataset, 0.25, "standard", SEEDS)
    assert (trivial.name, trivial.is_trivial) == ("majority class", True)
    assert (centroid.name, centroid.is_trivial) == ("nearest centroid", False)
    for place, seed in enumerate(SEEDS):
        parts = parts_of(dataset, seed)
        dummy = DummyClassifier(strategy="prior").fit(parts.train_inputs, parts.train_targets)
        nearest = NearestCentroid().fit(parts.train_inputs, parts.train_targets)
        for part, inputs, targets in (
            ("train", parts.train_inputs, parts.train_targets),
            ("val", parts.val_inputs, parts.val_targets),
        ):
            assert trivial.values[f"{part}_accuracy"][place] == dummy.score(inputs, targets)
            assert trivial.values[f"{part}_loss"][place] == pytest.approx(
                log_loss(targets, dummy.predict_proba(inputs))
            )
            assert centroid.values[f"{part}_accuracy"][place] == nearest.score(inputs, targets)


@pytest.mark.parametrize("normalise", ["standard", "minmax", "none"])
def test_of_numbers_they_are_the_mean_and_least_squares_on_the_scale_of_the_training(normalise):
    dataset = load(DataSource("diabetes"))
    trivial, linear = base_rates(dataset, 0.25, normalise, SEEDS)
    assert (trivial.name, linear.name) == ("mean predictor", "linear regression")
    for place, seed in enumerate(SEEDS):
        parts = parts_of(dataset, seed, normalise)
        for rate, model in ((trivial, DummyRegressor()), (linear, LinearRegression())):
            fitted = model.fit(parts.train_inputs, parts.train_targets)
            loss = mean_squared_error(parts.val_targets, fitted.predict(parts.val_inputs))
            assert rate.values["val_loss"][place] == pytest.approx(loss)
            assert rate.values["val_rmse"][place] == pytest.approx(math.sqrt(loss) * parts.target_scale)
            assert rate.values["val_r2"][place] == pytest.approx(
                r2_score(parts.val_targets, fitted.predict(parts.val_inputs))
            )


def test_what_reads_the_inputs_is_left_out_when_it_would_cost_too_much():
    dataset = load(DataSource("iris"))
    assert [rate.name for rate in base_rates(dataset, 0.2, "standard", [0, 1], largest_cost=100)] == ["majority class"]


def test_values_are_given_by_seed_and_only_where_they_are_defined():
    trivial, centroid = base_rates(load(DataSource("iris")), 0.2, "standard", [4, 2])
    assert trivial.on("val_accuracy", [2, 9]).keys() == {2}
    assert centroid.on("val_loss", [4, 2]) == {}


def test_rare_classes_and_constant_inputs_give_no_warning():
    targets = np.array([0] * 8 + [1] * 2)
    dataset: Dataset = classification("rare", np.ones((10, 2)), targets, ["common", "rare"], ["x", "y"])
    trivial, centroid = base_rates(dataset, 0.3, "standard", [0])
    assert trivial.values["val_accuracy"][0] == pytest.approx(2 / 3)
    assert 0 <= centroid.values["val_accuracy"][0] <= 1


def test_trivial_predictions_have_the_metrics_that_are_asked_of_classes():
    dataset = load(DataSource("breast_cancer"))
    names = ("val_balanced_accuracy", "val_roc_auc", "train_roc_auc", "val_log_loss", "val_f1", "val_matthews_corrcoef")
    trivial = base_rates(dataset, 0.2, "standard", [3], asked=(*names, "val_own"))[0]
    train, val = split_indices(dataset, 0.2, generator(3, "split"))
    share = dataset.targets[train].mean()
    labels = dataset.targets[val]
    assert share > 0.5
    assert trivial.values["val_balanced_accuracy"] == (0.5,)
    assert trivial.values["val_roc_auc"] == trivial.values["train_roc_auc"] == (0.5,)
    expected = -(labels * np.log(share) + (1 - labels) * np.log(1 - share)).mean()
    assert trivial.values["val_log_loss"][0] == pytest.approx(expected)
    # All are taken for the larger class: a recall of 1.
    assert trivial.values["val_f1"][0] == pytest.approx(2 * labels.mean() / (labels.mean() + 1))
    assert trivial.values["val_matthews_corrcoef"] == (0.0,)
    assert "val_own" not in trivial.values


def test_the_median_has_the_smallest_absolute_error_of_all_constants():
    dataset = load(DataSource("diabetes"))
    mean, median, _ = base_rates(dataset, 0.2, "standard", [0, 1], asked=("train_mean_absolute_error",))
    assert (mean.name, median.name, median.is_trivial) == ("mean predictor", "median predictor", True)
    for place, seed in enumerate((0, 1)):
        train, _ = split_indices(dataset, 0.2, generator(seed, "split"))
        targets = dataset.targets[train]
        found = median.values["train_mean_absolute_error"][place]
        assert found == pytest.approx(np.abs(targets - np.median(targets)).mean())
        assert found < mean.values["train_mean_absolute_error"][place]
        assert all(found <= np.abs(targets - guess).mean() + 1e-9 for guess in np.linspace(50, 300, 51))


def test_nothing_is_added_where_nothing_is_asked():
    dataset = load(DataSource("diabetes"))
    assert [rate.name for rate in base_rates(dataset, 0.2, "standard", [0])] == ["mean predictor", "linear regression"]
