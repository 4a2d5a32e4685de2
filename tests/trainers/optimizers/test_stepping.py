"""One step on arrays of one's own: pure, of any shape, and the same to the last bit as in a training."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from trainers.loop import trace
from trainers.optimizers import OPTIMIZERS, step
from trainers.pack import NetworkSpec, Pack, TrialSpec

RATE = {"learning_rate": 0.05}


def test_adams_second_step_by_hand_goes_on_from_the_first() -> None:
    # The example of test_adam.py: 1 -> 14/15 -> 43/45; the count in the state makes the corrections.
    numbers = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.75, "epsilon": 1.0}
    w, state = step("adam", np.array([1.0]), np.array([2.0]), **numbers)
    assert w[0] == pytest.approx(14 / 15, abs=1e-15)
    assert (state["step"], state["first_moment"].tolist(), state["second_moment"].tolist()) == (1, [1.0], [1.0])
    w, state = step("adam", w, np.array([-2.0]), state, **numbers)
    assert w[0] == pytest.approx(43 / 45, abs=1e-15)
    assert state["step"] == 2


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_goes_in_stays_as_it_is(name: str) -> None:
    rng = np.random.default_rng(0)
    w, g = rng.standard_normal((2, 3)), rng.standard_normal((2, 3))
    _, state = step(name, w, g, **RATE)
    copies = w.copy(), g.copy(), {key: np.copy(value) for key, value in state.items()}
    new_w, new_state = step(name, w, g, state, **RATE)
    np.testing.assert_array_equal(w, copies[0])
    np.testing.assert_array_equal(g, copies[1])
    for key, value in state.items():
        np.testing.assert_array_equal(value, copies[2][key])
    assert not np.shares_memory(new_w, w)
    assert not any(np.shares_memory(new_state[key], state[key]) for key in state if key != "step")


@pytest.mark.parametrize("shape", [(), (4,), (0,), (2, 3, 2)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_shape_and_precision_are_kept(name: str, dtype: str, shape: tuple[int, ...]) -> None:
    w = np.ones(shape, dtype)
    state = None
    for _ in range(2):
        w, state = step(name, w, w, state, **RATE)
        assert (w.shape, w.dtype) == (shape, np.dtype(dtype))
        assert all((v.shape, v.dtype) == (shape, np.dtype(dtype)) for key, v in state.items() if key != "step")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_tensors_stay_tensors_and_leave_autograd_alone(name: str, dtype: torch.dtype) -> None:
    w = torch.ones((2, 2), dtype=dtype, requires_grad=True)
    new, state = step(name, w, torch.ones_like(w), **RATE)
    assert (new.dtype, new.shape, new.requires_grad) == (dtype, w.shape, False)
    assert w.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    expected, _ = step(name, np.ones((2, 2)), np.ones((2, 2)), **RATE)
    np.testing.assert_allclose(new.double().numpy(), expected, rtol=0.01 if dtype == torch.bfloat16 else 1e-6)
    assert state["step"] == 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_columns_of_one_array_step_as_they_would_alone(name: str) -> None:
    rng = np.random.default_rng(1)
    w, g = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    whole, _ = step(name, np.asfortranarray(w), g, **RATE)
    parts = [step(name, w[:, i], g[:, i], **RATE)[0] for i in range(3)]
    np.testing.assert_array_equal(whole, np.stack(parts, axis=1))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_repeats_a_training_step_by_step(problem: Callable[..., Any], name: str) -> None:
    # A linear model on full batches, whose gradient is 2 X'(Xw - y) / n: a training is replayed outside the loop.
    parts, shape = problem("regression")
    x = np.c_[parts.train_inputs, np.ones(len(parts.train_inputs))]
    start = np.array([0.5, -1.0, 0.3, 2.0, -0.7, 0.1])
    pack = Pack(parts, (TrialSpec(name, RATE),), NetworkSpec(()), None, 30, "float64", shape=shape)
    w, state = start, None
    for made in trace(pack, initial=[(start[:5, None], start[5:])]):
        gradients = 2 * x.T @ (x @ w - parts.train_targets) / len(x)
        w, state = step(name, w, gradients, state, **RATE)
        ((weights, biases),) = made.parameters
        np.testing.assert_allclose(w, np.r_[weights[0, :, 0], biases[0]], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "numbers", "message"),
    [
        (("sdg", np.ones(1), np.ones(1)), RATE, "`name` must be one of sgd, momentum, .*Received: 'sdg'"),
        (("sgd", np.ones(1), np.ones(1)), {}, "`learning_rate` is needed by sgd"),
        (("sgd", np.ones(1), np.ones(1)), RATE | {"beta1": 0.9}, "`beta1` is not a hyperparameter of sgd"),
        (("momentum", np.ones(1), np.ones(1)), RATE | {"beta1": 1.0}, r"`beta1` must lie in \[0, 1\)"),
        (("sgd", np.ones(1), np.ones(2)), RATE, r"`gradients` must have the shape and type.*Received: \(2,\) float64"),
        (("sgd", np.ones(1, "f4"), np.ones(1)), RATE, r"float32\. Received: \(1,\) float64"),
        (("sgd", np.ones(1, int), np.ones(1, int)), RATE, "floating-point numbers. Received: int64"),
        (("sgd", [1.0], [1.0]), RATE, "floating-point numbers. Received: list"),
        (("adam", np.ones(1), np.ones(1), {"step": 1}), RATE, "`state` must hold step, first_moment, second_moment"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: Any, numbers: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        step(*arguments, **numbers)
