"""Confusions are counted by true and predicted class, and the most frequent ones are named first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sweep.analysis.confusion import confusion, most_confused, outputs_of


def predictions(targets, predicted, classes):
    """Predictions with a probability of 0.9 for the predicted class."""
    outputs = np.full((len(targets), classes), 0.1 / (classes - 1))
    outputs[np.arange(len(targets)), predicted] = 0.9
    frame = pd.DataFrame({f"output_{n}": outputs[:, n] for n in reversed(range(classes))})
    return frame.assign(target=np.asarray(targets, dtype=float))


def test_rows_are_true_classes_and_columns_predicted_ones():
    counts = confusion(predictions([0, 0, 0, 1, 2, 2], [0, 1, 1, 1, 2, 0], 3))
    assert counts.tolist() == [[1, 2, 0], [0, 1, 0], [1, 0, 1]]


def test_outputs_are_in_the_order_of_their_numbers_also_beyond_ten():
    frame = predictions([10, 3], [10, 3], 12)
    targets, outputs = outputs_of(frame)
    assert targets.tolist() == [10, 3]
    assert outputs.argmax(axis=1).tolist() == [10, 3]
    assert np.trace(confusion(frame)) == 2


def test_predictions_that_are_not_finite_are_left_out():
    frame = predictions([0, 1, 1], [0, 1, 1], 2)
    frame.loc[2, "output_0"] = np.nan
    assert confusion(frame).tolist() == [[1, 0], [0, 1]]
    assert confusion(frame.iloc[2:]).tolist() == [[0, 0], [0, 0]]


def test_examples_whose_target_is_no_class_are_left_out():
    frame = predictions([0, 1, 1, 0], [0, 1, 1, 1], 2).assign(target=[0.0, -100.0, 2.0, np.nan])
    assert confusion(frame).tolist() == [[1, 0], [0, 0]]


def test_the_most_frequent_confusions_come_first_and_what_is_right_is_none():
    counts = np.array([[50, 3, 0], [3, 1, 0], [7, 0, 3]])
    found = most_confused(counts)
    assert [(one.true, one.predicted, one.count) for one in found] == [(2, 0, 7), (1, 0, 3), (0, 1, 3)]
    # 7 of the 10 examples of the last class; of two equal numbers, the larger share first.
    assert [round(one.share, 3) for one in found] == [0.7, 0.75, 0.057]
    assert len(most_confused(counts, most=2)) == 2
