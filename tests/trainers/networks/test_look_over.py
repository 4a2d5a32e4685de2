"""What an example takes of memory in a module is what it leaves for the way back, several times over."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from trainers.networks.look_over import look_over
from trainers.pack import ModuleSpec


def test_an_example_takes_three_times_what_it_leaves_for_the_way_back():
    # A dense layer keeps its 4 inputs for the gradient of its weights.
    facts = look_over(ModuleSpec("torch.nn:Linear", {"in_features": 4, "out_features": 3}), 4, 3)
    assert facts.taken == 3 * 4


def test_an_example_takes_more_of_convolutions():
    # The image of 8 x 8, and the outputs of both convolutions: 8 channels of 4 x 4, 16 of 2 x 2.
    facts = look_over(ModuleSpec("examples.networks:convolutional", {"channels": 8}), 64, 10)
    assert facts.taken == 4.5 * (8 * 8 + 8 * 4 * 4 + 16 * 2 * 2)
