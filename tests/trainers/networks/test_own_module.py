"""A user's module draws by its own seed, and only its parameters with gradients are trained."""

from __future__ import annotations

import pytest
import torch

from trainers.networks.own_module import is_lazy, module_seed, own_stream, trained, without_warnings


def test_what_is_drawn_under_a_seed_leaves_the_stream_of_torch_as_it_was() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    with own_stream(5):
        drawn = torch.rand(3)
    assert torch.equal(torch.rand(3), expected)
    with own_stream(5):
        assert torch.equal(torch.rand(3), drawn)
    assert not torch.equal(drawn, expected)


def test_each_seed_has_a_number_of_its_own_which_torch_takes() -> None:
    numbers = [module_seed(seed) for seed in range(100)]
    assert len(set(numbers)) == 100
    assert all(0 <= number < 2**63 for number in numbers)


@pytest.mark.filterwarnings("error")
def test_a_module_is_lazy_until_it_has_seen_inputs() -> None:
    with without_warnings():
        module = torch.nn.Sequential(torch.nn.LazyLinear(2), torch.nn.ReLU())
    assert is_lazy(module)
    module(torch.zeros(2, 3))
    assert not is_lazy(module)


def test_frozen_parameters_are_not_trained_and_a_shared_one_is_trained_once() -> None:
    first, last = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    last.bias.requires_grad_(False)
    module = torch.nn.Sequential(first, torch.nn.Tanh(), first, last)
    assert list(trained(module)) == ["0.weight", "0.bias", "3.weight"]
