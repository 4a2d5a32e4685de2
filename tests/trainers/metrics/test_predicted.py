"""What several metrics are computed from: labels and confusion counts of each trial."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import confusion_matrix

from tests.trainers.metrics.conftest import given, random_part


def test_the_counts_are_the_confusion_matrix_of_each_trial(rng):
    part = random_part(rng, 4, 40)
    for trial, labels in enumerate(part.labels):
        assert part.counts[trial].tolist() == confusion_matrix(part.targets, labels, labels=range(4)).tolist()


def test_the_first_of_equal_probabilities_is_predicted():
    assert given([1], [[0.5, 0.5]]).labels.tolist() == [[0]]


def test_support_and_truth_are_of_the_targets():
    part = given([2, 0, 2], [[1.0, 0.0, 0.0]] * 3, "multiclass")
    assert part.support.tolist() == [1.0, 0.0, 2.0]
    assert part.truth.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert part.classes == 3


def test_numbers_have_errors_and_no_classes():
    part = given([1.0, 2.0], [1.5, 1.0], "regression")
    assert part.errors.tolist() == [[0.5, -1.0]]
    assert part.classes == 0
    assert np.array(part.trials) == 1
