"""Axes of images are turned for convolutions, whole numbers are told from quantities, and channels are found."""

import numpy as np
import pytest

from trainers.data.arrangements import arrange, arranged, as_tokens, channel_axis, given_item, whole_tokens
from trainers.data.dataset import classification
from trainers.data.scaling import fit_scaling
from trainers.data.tensors import from_tensors


def images(shape, dtype=np.float64):
    rng = np.random.default_rng(0)
    inputs = rng.integers(0, 200, (20, *shape)).astype(dtype)
    return from_tensors("own:load", ("x", "y"), inputs, np.arange(20) % 2, "auto")


def rows(inputs):
    return classification("own:load", np.asarray(inputs, float), np.array([0, 1]), ("a", "b"), ("p", "q"))


def test_channels_move_and_the_pixel_stays():
    dataset = images((4, 6, 3))
    turned = arrange(dataset, "channels first")
    assert turned.inputs[7, 2, 1, 5] == dataset.inputs[7, 1, 5, 2]
    assert (turned.item, given_item(turned), given_item(dataset)) == ((3, 4, 6), (4, 6, 3), (4, 6, 3))
    added = arrange(images((4, 6)), "channel added")
    assert (added.item, given_item(added)) == ((1, 4, 6), (4, 6))
    assert turned.fingerprint == dataset.fingerprint
    assert arranged(dataset.inputs, "as given") is dataset.inputs


@pytest.mark.parametrize(
    ("shape", "dtype", "axis"),
    [
        ((8, 8, 3), np.uint8, 2),
        ((3, 8, 8), np.uint8, 0),
        ((64, 8, 8), np.float32, 0),
        ((12, 5), np.float64, 1),
        ((12, 5), np.uint8, None),
        ((4, 8, 8, 3), np.float32, 0),
    ],
)
def test_the_channel_is_where_images_and_sequences_have_it(shape, dtype, axis):
    assert channel_axis(images(shape, dtype)) == axis


def test_each_channel_is_scaled_by_the_training_part_alone():
    dataset = images((8, 6, 3), np.uint8)
    train = np.arange(15)
    scaling = fit_scaling(dataset, train, "standard")
    assert scaling.offset.shape == (1, 1, 3)
    channels = dataset.inputs[:15].astype(float)
    np.testing.assert_allclose(scaling.offset.ravel(), channels.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(scaling.divisor.ravel(), channels.std(axis=(0, 1, 2)))
    scaled = scaling.scaled_inputs(dataset.inputs[:15], np.float32, "x")
    np.testing.assert_allclose(scaled.mean(axis=(0, 1, 2)), 0, atol=1e-6)
    ranged = fit_scaling(dataset, train, "minmax").scaled_inputs(dataset.inputs[:15], np.float32, "x")
    assert (ranged.min(), ranged.max()) == (0, 1)
    turned = fit_scaling(arrange(dataset, "channels first"), train, "standard")
    np.testing.assert_allclose(turned.divisor[:, 0, 0], scaling.divisor[0, 0])


def test_8_bit_numbers_without_scaling_are_shares_of_255_and_constants_become_0():
    scaled = fit_scaling(images((8, 6, 3), np.uint8), np.arange(15), "none")
    assert scaled.scaled_inputs(np.full((1, 8, 6, 3), 51, np.uint8), np.float64, "x").max() == 0.2
    dataset = images((8, 6, 3), np.float32)
    assert fit_scaling(dataset, np.arange(15), "none").scaled_inputs(dataset.inputs, np.float32, "x").max() > 100
    flat = from_tensors("f", ("x", "y"), np.full((4, 2, 2), 7.0), np.array([0, 1, 0, 1]), "auto")
    assert not fit_scaling(flat, np.arange(3), "standard").scaled_inputs(flat.inputs, np.float32, "x").any()


@pytest.mark.parametrize(
    ("inputs", "found"), [([[0, 3], [1, 2]], True), ([[0, 3], [1, -2]], False), ([[0.5, 3], [1, 2]], False)]
)
def test_tokens_are_whole_numbers_from_0(inputs, found):
    assert whole_tokens(rows(inputs)) is found


def test_tokens_stay_whole_numbers_that_are_not_scaled_and_are_other_data_than_quantities():
    quantities = rows([[0, 3], [1, 2]])
    tokens = as_tokens(quantities)
    assert (tokens.inputs.dtype, tokens.shape.vocabulary, tokens.item) == (np.int64, 4, (2,))
    assert tokens.fingerprint != quantities.fingerprint
    scaling = fit_scaling(tokens, np.array([0]), "standard")
    assert scaling.scaled_inputs(tokens.inputs, np.float32, "x").tolist() == [[0, 3], [1, 2]]
