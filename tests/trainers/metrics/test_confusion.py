"""Metrics of predicted classes by hand, and where they are undefined."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score, jaccard_score, matthews_corrcoef, precision_score, recall_score

from tests.trainers.metrics.conftest import given, random_part
from trainers.metrics import SCORED

SURE = {0: [1.0, 0.0, 0.0], 1: [0.0, 1.0, 0.0], 2: [0.0, 0.0, 1.0]}


def of_labels(targets, labels, classes=3):
    task = "binary" if classes == 2 else "multiclass"
    return given(targets, [SURE[label][:classes] for label in labels], task)


def value(name, part):
    return float(SCORED[name].score(part)[0])


def test_two_classes_by_hand():
    # 3 of the 4 examples of class 1 are found, with one false alarm: TP 3, FP 1, FN 1, TN 2.
    part = of_labels([1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 1, 0, 0], classes=2)
    assert value("precision", part) == 3 / 4
    assert value("recall", part) == 3 / 4
    assert value("f1", part) == pytest.approx(3 / 4)
    assert value("jaccard", part) == 3 / 5
    assert value("balanced_accuracy", part) == pytest.approx((3 / 4 + 2 / 3) / 2)
    # (TP TN - FP FN) / sqrt(4 * 4 * 3 * 3) = 5 / 12.
    assert value("matthews_corrcoef", part) == pytest.approx(5 / 12)
    # Observed 5/7, by chance (4*4 + 3*3) / 49 = 25/49.
    assert value("cohen_kappa", part) == pytest.approx((5 / 7 - 25 / 49) / (1 - 25 / 49))


def test_three_classes_by_hand():
    part = of_labels([0, 0, 1, 2], [0, 1, 1, 1])
    # Precision 1, 1/3, 0 and recall 1/2, 1, 0, so that F1 is 2/3, 1/2, 0.
    assert value("precision_macro", part) == pytest.approx((1 + 1 / 3) / 3)
    assert value("recall_macro", part) == pytest.approx(1 / 2)
    assert value("f1_macro", part) == pytest.approx((2 / 3 + 1 / 2) / 3)
    assert value("f1_weighted", part) == pytest.approx((2 * 2 / 3 + 1 / 2) / 4)
    assert value("f1_micro", part) == pytest.approx(1 / 2)


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
def test_classes_that_do_not_occur_are_left_out_of_an_average_as_in_scikit_learn(average):
    rng = np.random.default_rng(0)
    for _ in range(30):
        targets, labels = rng.integers(0, 2, 6), rng.integers(0, 3, 6)
        part = of_labels(targets, labels)
        oracles = {"precision": precision_score, "recall": recall_score, "f1": f1_score, "jaccard": jaccard_score}
        for name, oracle in oracles.items():
            expected = oracle(targets, labels, average=average, zero_division=0)
            assert value(f"{name}_{average}", part) == pytest.approx(expected)


def test_nothing_predicted_as_positive_is_a_precision_of_0_and_not_missing():
    part = of_labels([1, 0, 0], [0, 0, 0], classes=2)
    assert [value(name, part) for name in ("precision", "recall", "f1", "jaccard")] == [0.0, 0.0, 0.0, 0.0]
    assert value("matthews_corrcoef", part) == 0.0


def test_a_part_without_a_positive_example_has_no_metric_of_that_class():
    for labels in ([0, 0], [0, 1]):
        part = of_labels([0, 0], labels, classes=2)
        assert all(math.isnan(value(name, part)) for name in ("precision", "recall", "f1", "jaccard"))


def test_a_part_of_a_single_class_has_no_agreement_beyond_chance():
    part = of_labels([1, 1, 1], [1, 1, 2])
    assert math.isnan(value("matthews_corrcoef", part))
    assert math.isnan(value("cohen_kappa", part))
    assert value("balanced_accuracy", part) == pytest.approx(2 / 3)


@pytest.mark.parametrize("classes", [2, 5])
def test_kappa_and_the_correlation_are_those_of_scikit_learn(rng, classes):
    part = random_part(rng, classes, 50)
    kappas, correlations = SCORED["cohen_kappa"].score(part), SCORED["matthews_corrcoef"].score(part)
    for trial, labels in enumerate(part.labels):
        assert kappas[trial] == pytest.approx(cohen_kappa_score(part.targets, labels))
        assert correlations[trial] == pytest.approx(matthews_corrcoef(part.targets, labels))
