"""The mean gradient is measured over some steps, and in a large network over some parameters."""

from __future__ import annotations

import numpy as np
import pytest

from trainers.mean_gradient import add_sample, mean_gradient_norms, sampled_parameters, sampled_steps


def test_two_samples_of_equal_gradients_give_their_norm():
    sampled = sampled_steps(8)
    sums = np.full((2, 1, 2), np.nan)
    for step in range(8):
        add_sample(sums, np.array([[3.0, 4.0]]), step, sampled)
    assert mean_gradient_norms(sums, sampled, 2).tolist() == [5.0]


def test_what_an_earlier_epoch_left_does_not_count():
    sampled = sampled_steps(2)
    sums = np.full((2, 1, 1), 1e9)
    for step in range(2):
        add_sample(sums, np.array([[2.0]]), step, sampled)
    assert sums.tolist() == [[[2.0]], [[2.0]]]


def test_noise_of_opposite_sign_cancels():
    sampled = {0: 0, 1: 1}
    sums = np.array([[[1.0, 1.0]], [[1.0, -1.0]]])
    assert mean_gradient_norms(sums, sampled, 2).tolist() == [0.0]


def test_a_sample_of_the_parameters_is_scaled_to_all_of_them():
    size = 1_000_000
    chosen = sampled_parameters(size)
    gradients = np.ones((1, size))[:, chosen]
    assert gradients.shape[1] <= 2**16
    sums = np.stack([gradients, gradients])
    # |(1, ..., 1)| = sqrt(size)
    assert mean_gradient_norms(sums, {0: 0, 1: 1}, size) == pytest.approx(1000.0, rel=1e-12)
