"""The flat row of parameters, and the initial values drawn into it."""

import numpy as np
import pytest

from trainers.layout import Init, Layout, initial_parameters


def test_a_row_holds_each_layers_weights_then_its_biases() -> None:
    # 2 -> 3 -> 1: W1 is 0..5 row by row, b1 6..8, W2 9..11, b2 12; the second trial has 100 more.
    layout = Layout((2, 3, 1))
    flat = np.arange(13.0) + np.array([[0.0], [100.0]])
    first, second = layout.weights(flat)
    assert layout.size == 13
    assert first[0].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert second[1].tolist() == [[109.0], [110.0], [111.0]]
    assert [b.tolist() for b in layout.biases(flat)] == [[[6, 7, 8], [106, 107, 108]], [[12], [112]]]


def test_weights_and_biases_are_views_so_that_an_optimizer_steps_all_layers_at_once() -> None:
    layout = Layout((4, 3, 2))
    flat = np.zeros((5, layout.size))
    for part in [*layout.weights(flat), *layout.biases(flat)]:
        part += 1.0
    assert (flat == 1.0).all()


def test_packing_layers_is_the_inverse_of_taking_them_apart() -> None:
    layout = Layout((4, 3, 2))
    flat = np.random.default_rng(0).standard_normal((1, layout.size))
    layers = [(w[0], b[0]) for w, b in zip(layout.weights(flat), layout.biases(flat), strict=True)]
    np.testing.assert_array_equal(layout.pack(layers), flat[0])


def test_layers_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must have the shapes .*\(2, 3\).*Received: .*\(3, 2\)"):
        Layout((2, 3)).pack([(np.zeros((3, 2)), np.zeros(3))])


@pytest.mark.parametrize(("init", "deviation"), [("he", (2 / 400) ** 0.5), ("xavier", (2 / 1000) ** 0.5), ("zeros", 0)])
def test_initial_weights_have_the_stated_spread_and_biases_are_zero(init: Init, deviation: float) -> None:
    # 240,000 draws: the deviation is off by less than 1 % (7 standard errors).
    layout = Layout((400, 600, 2))
    row = initial_parameters(layout, init, np.random.default_rng(1))[None]
    first = layout.weights(row)[0]
    assert first.std() == pytest.approx(deviation, rel=0.01)
    assert abs(first.mean()) <= 4 * deviation / 240_000**0.5
    assert all((bias == 0.0).all() for bias in layout.biases(row))
