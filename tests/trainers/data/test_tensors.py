"""Arrays of images, sequences and targets for each position become data sets that keep their shape."""

import numpy as np
import pytest

from trainers.data.shape import IGNORED
from trainers.data.split import split
from trainers.data.summary import summarize
from trainers.data.tensors import from_tensors, is_tensor

NAMES = ("inputs", "targets")
TWO = np.array([0, 1] * 5)


def made(inputs, targets=TWO, task="auto"):
    return from_tensors("own:load", NAMES, np.asarray(inputs), np.asarray(targets), task)


@pytest.mark.parametrize(
    ("inputs", "held", "number_bytes"),
    [
        (np.zeros((10, 8, 8, 1), np.uint8), np.uint8, 1),
        (np.zeros((10, 8, 8), np.float32), np.float32, 4),
        (np.zeros((10, 5, 3), np.float16), np.float32, 4),
        (np.zeros((10, 5, 3), np.int64), np.float64, 8),
        (np.zeros((10, 5, 3), bool), np.float32, 4),
    ],
)
def test_numbers_are_held_in_a_type_that_loses_none_and_takes_little(inputs, held, number_bytes):
    dataset = made(inputs)
    assert dataset.inputs.dtype == held
    assert dataset.shape.item == inputs.shape[1:]
    assert (dataset.shape.number_bytes, dataset.features) == (number_bytes, int(np.prod(inputs.shape[1:])))


def test_one_target_for_each_is_read_as_of_a_table():
    images = np.arange(40.0).reshape(10, 2, 2)
    assert made(images, ["cat", "dog"] * 5).classes == ("cat", "dog")
    assert made(images, np.linspace(0, 1, 10)).task == "regression"
    assert made(images, np.arange(10) % 3).shape.outputs == 3


def test_classes_of_positions_are_numbered_as_given_and_some_may_have_none():
    tokens = np.arange(30).reshape(10, 3) % 7
    tags = np.where(tokens > 4, IGNORED, tokens)
    dataset = made(tokens, tags)
    assert (dataset.task, dataset.classes, dataset.shape.positions) == ("multiclass", ("0", "1", "2", "3", "4"), (3,))
    np.testing.assert_array_equal(dataset.targets, tags)
    words = made(tokens, np.where(tokens > 3, "NOUN", "VERB"))
    assert (words.classes, words.targets[0].tolist()) == (("NOUN", "VERB"), [1, 1, 1])


@pytest.mark.parametrize(
    ("inputs", "targets", "found"),
    [
        ((10, 8, 8, 3), (10, 8, 8), True),
        ((10, 3, 8, 8), (10, 8, 8), True),
        ((10, 6, 4), (10, 6), True),
        ((10, 6), (10,), False),
    ],
)
def test_pixels_steps_and_tokens_have_positions(inputs, targets, found):
    assert is_tensor(np.zeros(inputs, int), np.zeros(targets, int)) is found
    if found:
        assert made(np.zeros(inputs), np.arange(np.prod(targets)).reshape(targets) % 3).shape.positions == targets[1:]


def test_the_same_numbers_in_another_shape_are_other_data():
    flat = np.arange(40.0).reshape(10, 2, 2)
    assert made(flat).fingerprint == made(flat.copy()).fingerprint
    assert made(flat).fingerprint != made(flat.reshape(10, 4, 1)).fingerprint


def test_a_split_keeps_classes_in_proportion_and_sequences_whole():
    images = np.arange(40).reshape(10, 2, 2)
    parts = split(made(images), 0.4, "none", np.random.default_rng(0), np.float32)
    assert parts.train_inputs.shape == (6, 2, 2)
    assert np.bincount(parts.val_targets).tolist() == [2, 2]
    tags = images[:, :, 0] % 3
    parts = split(made(images, tags), 0.4, "none", np.random.default_rng(0), np.float32)
    assert parts.val_targets.shape == (4, 2)
    for x, y in zip(parts.val_inputs, parts.val_targets, strict=True):
        np.testing.assert_array_equal(x[:, 0] % 3, y)


def test_the_summary_has_no_columns_of_images_and_counts_no_position_without_a_class():
    tags = np.arange(40).reshape(10, 4) % 2
    tags[0] = IGNORED
    found = summarize(made(np.arange(80.0).reshape(10, 4, 2), tags), 0.2, seed=0, test=0)
    assert (found.columns, found.features) == ((), 8)
    assert [rows for _, rows in found.classes] == [18, 18]
