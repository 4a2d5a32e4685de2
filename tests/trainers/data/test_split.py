"""A split covers every example once, keeps class shares, and is scaled by its training part alone."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.data import DatasetShape, DataSource, load, require_parts, split, training_examples
from trainers.data.dataset import classification, regression
from trainers.data.split import class_shares, split_indices
from trainers.errors import DataError


def _rng(seed=0):
    return np.random.default_rng(seed)


def _classes(counts):
    targets = np.repeat(np.arange(len(counts)), counts)
    inputs = np.arange(len(targets), dtype=float)[:, np.newaxis]
    return classification("set", inputs, targets, [str(i) for i in range(len(counts))], ["x"])


@pytest.mark.parametrize(
    ("examples", "validation", "expected"),
    [(1797, 0.2, 1437), (100, 0.07, 93), (10, 0.25, 7), (2, 0.01, 1), (2, 0.99, 1), (150, 0.001, 149)],
)
def test_the_training_part_is_what_rounding_the_validation_part_up_leaves(examples, validation, expected):
    assert training_examples(examples, validation) == expected


@given(examples=st.integers(2, 500), validation=st.floats(0.001, 0.999))
def test_the_training_size_is_that_of_scikit_learn_wherever_that_leaves_two_parts(examples, validation):
    expected = examples - int(np.ceil(examples * validation))
    if 1 <= expected < examples:
        # scikit-learn counts the rounding error of the product as one example more.
        assert training_examples(examples, validation) - expected in (0, 1)


@given(
    counts=st.lists(st.integers(2, 40), min_size=2, max_size=6),
    validation=st.floats(0.01, 0.9),
    seed=st.integers(0, 9),
)
@settings(deadline=None)
def test_a_split_covers_every_example_once_and_its_size_ignores_the_balance(counts, validation, seed):
    size = training_examples(sum(counts), validation)
    if size < len(counts):
        return
    train, val = split_indices(_classes(counts), validation, _rng(seed))
    assert len(train) == size
    assert sorted([*train, *val]) == list(range(sum(counts)))
    targets = _classes(counts).targets
    in_train = np.bincount(targets[train], minlength=len(counts))
    assert in_train.min() >= 1
    if len(val) >= len(counts):
        assert np.bincount(targets[val], minlength=len(counts)).min() >= 1


@given(counts=st.lists(st.integers(20, 60), min_size=2, max_size=5), validation=st.floats(0.2, 0.8))
def test_a_class_share_is_its_exact_quota_rounded_up_or_down(counts, validation):
    size = training_examples(sum(counts), validation)
    for count, share in zip(counts, class_shares(np.array(counts), size, "set"), strict=True):
        assert abs(share - size * count / sum(counts)) < 1.0


def test_the_same_generator_gives_the_same_split_and_another_gives_another():
    dataset = load(DataSource("iris"))
    first, same, other = (split(dataset, 0.2, "standard", _rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.train_inputs, same.train_inputs)
    assert first.fingerprint == same.fingerprint != other.fingerprint


def test_standard_scaling_knows_only_the_training_part():
    dataset = load(DataSource("wine"))
    train, val = split_indices(dataset, 0.25, _rng())
    parts = split(dataset, 0.25, "standard", _rng())
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(dataset.inputs[train])
    np.testing.assert_allclose(parts.train_inputs, scaler.transform(dataset.inputs[train]), atol=1e-12)
    np.testing.assert_allclose(parts.val_inputs, scaler.transform(dataset.inputs[val]), atol=1e-12)
    np.testing.assert_array_equal(parts.val_targets, dataset.targets[val])


def test_minmax_scaling_maps_the_training_part_to_zero_and_one():
    parts = split(load(DataSource("wine")), 0.25, "minmax", _rng())
    np.testing.assert_array_equal(parts.train_inputs.min(axis=0), 0.0)
    np.testing.assert_array_equal(parts.train_inputs.max(axis=0), 1.0)


def test_no_scaling_leaves_the_numbers_and_the_targets_as_they_are():
    dataset = load(DataSource("diabetes"))
    train, _ = split_indices(dataset, 0.2, _rng())
    parts = split(dataset, 0.2, "none", _rng())
    np.testing.assert_array_equal(parts.train_inputs, dataset.inputs[train])
    np.testing.assert_array_equal(parts.train_targets, dataset.targets[train])
    assert (parts.target_mean, parts.target_scale) == (0.0, 1.0)


@pytest.mark.parametrize("normalise", ["standard", "minmax"])
def test_regression_targets_are_standardised_and_come_back_in_their_unit(normalise):
    dataset = load(DataSource("diabetes"))
    _, val = split_indices(dataset, 0.2, _rng())
    parts = split(dataset, 0.2, normalise, _rng())
    assert parts.train_targets.mean() == pytest.approx(0.0, abs=1e-12)
    assert parts.train_targets.std() == pytest.approx(1.0)
    restored = parts.val_targets * parts.target_scale + parts.target_mean
    np.testing.assert_allclose(restored, dataset.targets[val])


@pytest.mark.parametrize("normalise", ["standard", "minmax"])
def test_a_constant_feature_becomes_zero_in_both_parts(normalise):
    # Three tenths do not sum exactly, so that the deviation of this constant is not exactly zero.
    inputs = np.column_stack([np.full(6, 0.1), np.arange(6.0)])
    dataset = regression("set", inputs, np.arange(6.0), ["constant", "x"])
    parts = split(dataset, 0.5, normalise, _rng())
    assert not parts.train_inputs[:, 0].any()
    assert not parts.val_inputs[:, 0].any()


def test_digits_has_dead_pixels_and_no_nan():
    parts = split(load(DataSource("digits")), 0.2, "standard", _rng(), np.float32)
    assert np.isfinite(parts.train_inputs).all()
    assert np.isfinite(parts.val_inputs).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["iris", "diabetes"])
def test_arrays_are_contiguous_in_the_dtype_asked_for(name, dtype):
    parts = split(load(DataSource(name)), 0.2, "standard", _rng(), dtype)
    targets = np.int64 if name == "iris" else dtype
    for array, expected in zip(
        [parts.train_inputs, parts.val_inputs, parts.train_targets, parts.val_targets],
        [dtype, dtype, targets, targets],
        strict=True,
    ):
        assert array.dtype == expected
        assert array.flags.c_contiguous


@pytest.mark.parametrize(
    ("values", "normalise", "dtype"),
    [
        ([1e200, -1e200], "standard", np.float64),
        ([1e308, -1e308], "minmax", np.float64),
        ([1e200, -1e200], "none", np.float32),
    ],
)
def test_a_number_too_large_is_an_error_in_words_and_not_an_infinity(values, normalise, dtype):
    inputs = np.array(values * 5)[:, np.newaxis]
    dataset = regression("set", inputs, np.arange(10.0), ["x"])
    with pytest.raises(DataError, match="must fit float"):
        split(dataset, 0.2, normalise, _rng(), dtype)


@pytest.mark.parametrize("validation", [0.0, 1.0, -0.1, float("nan")])
def test_a_share_outside_zero_to_one_is_refused(validation):
    with pytest.raises(DataError, match=r"must be in \(0, 1\)"):
        training_examples(10, validation)


def test_a_class_with_one_example_cannot_be_in_both_parts():
    with pytest.raises(DataError, match=r"one for each part\. Received: 1 of class number 1"):
        split(_classes([5, 1]), 0.5, "none", _rng())


def test_a_training_part_smaller_than_the_classes_is_refused():
    with pytest.raises(DataError, match=r"each of 3 classes\. Received: 2 training examples"):
        split(_classes([2, 2, 2]), 0.6, "none", _rng())


@given(
    examples=st.integers(2, 400),
    classes=st.integers(2, 12),
    validation=st.floats(0.001, 0.9999),
    task=st.sampled_from(["multiclass", "regression"]),
)
@settings(max_examples=200, deadline=None)
def test_a_share_that_is_too_large_is_refused_with_the_largest_that_works(examples, classes, validation, task):
    if task == "multiclass" and examples < 2 * classes:
        return
    shape = DatasetShape(examples, 1, classes if task == "multiclass" else 1, task)
    fewest = classes if task == "multiclass" else min(2, examples - 1)
    if examples - np.ceil(round(examples * validation, 9)) >= fewest:
        size = require_parts(shape, validation)
        assert size == training_examples(examples, validation)
        assert fewest <= size < examples
        return
    with pytest.raises(DataError, match=r"^`data\.validation` must leave .* Give \S+ or less\.$") as refused:
        require_parts(shape, validation, "data.validation")
    largest = float(re.findall(r"Give (\S+) or less", str(refused.value))[0])
    # The smallest training part that is allowed, so that no share with a larger validation part works.
    assert require_parts(shape, largest) == fewest
