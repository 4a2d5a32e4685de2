"""The losses are checked by hand and against torch, at the edges of the floating-point range too."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional

from trainers.losses import LOSSES
from trainers.networks.torch_module import TorchTile


def test_softmax_cross_entropy_by_hand() -> None:
    # outputs log 1, log 2, log 5: probabilities 1/8, 2/8, 5/8; target the second: loss log 4, slopes 1/8, -6/8, 5/8
    z = np.log(np.array([[[1.0], [2.0], [5.0]]]))
    loss, hits = LOSSES["multiclass"].gradient(z, np.array([[1]]))
    assert loss[0, 0] == pytest.approx(math.log(4), rel=1e-15)
    np.testing.assert_allclose(z[0, :, 0], [1 / 8, -6 / 8, 5 / 8], rtol=1e-14)
    assert hits.tolist() == [[False]]


def test_binary_cross_entropy_by_hand() -> None:
    # logit log 3: probability 3/4; target 1 costs log 4/3 with slope -1/4, target 0 costs log 4 with slope 3/4
    z = np.full((1, 1, 2), math.log(3.0))
    loss, hits = LOSSES["binary"].gradient(z, np.array([[1, 0]]))
    np.testing.assert_allclose(loss[0], [math.log(4 / 3), math.log(4)], rtol=1e-15)
    np.testing.assert_allclose(z[0, 0], [-1 / 4 / 2, 3 / 4 / 2], rtol=1e-15)  # the mean over two examples
    assert hits.tolist() == [[True, False]]


def test_squared_error_by_hand_has_no_factor_one_half() -> None:
    z = np.array([[[3.0, -1.0]]])
    loss, hits = LOSSES["regression"].gradient(z, np.array([[1.0, 1.0]]))
    assert loss.tolist() == [[4.0, 4.0]]
    assert z.tolist() == [[[2.0, -2.0]]]  # 2 (z - y) / 2
    assert hits.size == 0


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_softmax_cross_entropy_agrees_with_torch(scale: float) -> None:
    rng = np.random.default_rng(0)
    z, targets = rng.standard_normal((4, 10, 33)) * scale, rng.integers(0, 10, (4, 33))
    outputs = torch.tensor(z.transpose(0, 2, 1).copy(), requires_grad=True)
    expected = functional.cross_entropy(outputs.reshape(-1, 10), torch.tensor(targets.ravel()), reduction="none")
    (expected.sum() / 33).backward()
    assert outputs.grad is not None
    evaluated, hits = LOSSES["multiclass"].evaluate(z.copy(), targets)
    loss, training_hits = LOSSES["multiclass"].gradient(z, targets)
    np.testing.assert_allclose(loss.ravel(), expected.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(z.transpose(0, 2, 1), outputs.grad.numpy(), rtol=1e-10, atol=1e-15)
    np.testing.assert_array_equal(evaluated, loss)
    np.testing.assert_array_equal(hits, outputs.detach().argmax(dim=2).numpy() == targets)
    np.testing.assert_array_equal(training_hits, hits)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_binary_cross_entropy_agrees_with_torch(scale: float) -> None:
    rng = np.random.default_rng(1)
    z, targets = rng.standard_normal((4, 1, 33)) * scale, rng.integers(0, 2, (4, 33))
    outputs = torch.tensor(z[:, 0], requires_grad=True)
    expected = functional.binary_cross_entropy_with_logits(
        outputs, torch.tensor(targets, dtype=torch.float64), reduction="none"
    )
    (expected.sum() / 33).backward()
    assert outputs.grad is not None
    evaluated, hits = LOSSES["binary"].evaluate(z.copy(), targets)
    loss, _ = LOSSES["binary"].gradient(z, targets)
    # torch adds the small part to z - z y one after the other and loses digits; log(1 + exp(-margin)) keeps them.
    np.testing.assert_allclose(loss, expected.detach().numpy(), rtol=1e-12, atol=1e-13)
    margin = np.where(targets == 1, outputs.detach().numpy(), -outputs.detach().numpy())
    np.testing.assert_allclose(loss, np.logaddexp(0.0, -margin), rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(z[:, 0], outputs.grad.numpy(), rtol=1e-10, atol=1e-17)
    np.testing.assert_array_equal(evaluated, loss)
    np.testing.assert_array_equal(hits, (outputs.detach().numpy() > 0) == (targets == 1))


@pytest.mark.parametrize("task", ["multiclass", "binary"])
def test_huge_outputs_in_float32_give_their_true_loss_and_no_overflow(task: str) -> None:
    z = np.array([[[1e30], [-1e30]]] if task == "multiclass" else [[[1e30]]], dtype=np.float32)
    right, wrong = (0, 1) if task == "multiclass" else (1, 0)
    for target, expected in ((right, 0.0), (wrong, 2e30 if task == "multiclass" else 1e30)):
        loss, _ = LOSSES[task].gradient(z.copy(), np.array([[target]]))
        assert loss.item() == np.float32(expected)
        assert loss.dtype == np.float32


def test_a_small_binary_loss_keeps_its_digits_in_float32() -> None:
    # log(1 + exp(-20)) = exp(-20) up to 1e-9; a sum with 20 in float32 would leave 0.
    for logit, target in ((20.0, 1), (-20.0, 0)):
        loss, _ = LOSSES["binary"].evaluate(np.full((1, 1, 1), logit, np.float32), np.array([[target]]))
        assert loss.item() == pytest.approx(math.exp(-20), rel=1e-6)


def test_of_tied_outputs_the_first_counts_in_training_as_in_validation() -> None:
    for loss in (LOSSES["multiclass"].gradient, LOSSES["multiclass"].evaluate):
        _, hits = loss(np.zeros((1, 3, 3)), np.array([[0, 1, 2]]))
        assert hits.tolist() == [[True, False, False]]


def test_a_number_that_is_not_finite_makes_its_own_loss_not_finite_and_no_other() -> None:
    for task, outputs in (("multiclass", 3), ("binary", 1), ("regression", 1)):
        z = np.zeros((2, outputs, 2))
        z[0, 0, 1] = np.nan
        loss, _ = LOSSES[task].gradient(z, np.zeros((2, 2), dtype=np.int64))
        assert np.isfinite(loss).tolist() == [[True, False], [True, True]]


@pytest.mark.parametrize("target", [0, 1])
def test_a_binary_gradient_keeps_its_digits_wherever_the_logit_lies(target: int) -> None:
    # In float64, y = 1: sigmoid(z) - 1 = -exp(-z) / (1 + exp(-z)) = -1 / (1 + exp(z)), without a difference.
    logits = np.linspace(-100.0, 100.0, 4001).astype(np.float32)
    wide = logits.astype(np.float64)
    expected = -1.0 / (1.0 + np.exp(wide)) if target else 1.0 / (1.0 + np.exp(-wide))
    z = logits.reshape(-1, 1, 1).copy()
    LOSSES["binary"].gradient(z, np.full((len(z), 1), target))
    # Beyond |z| = 87 the slope itself is below what float32 holds with all digits.
    smallest = float(np.finfo(np.float32).smallest_subnormal)
    np.testing.assert_allclose(z.ravel(), expected, rtol=1e-6, atol=smallest)
    outputs = torch.tensor(logits.reshape(-1, 1, 1), requires_grad=True)
    loss, _ = TorchTile._losses(_Binary(), outputs, torch.full((len(z), 1), float(target)))  # type: ignore[arg-type]
    (gradient,) = torch.autograd.grad(loss.sum(), outputs)
    np.testing.assert_allclose(gradient.numpy().ravel(), expected, rtol=1e-6, atol=smallest)


class _Binary:
    """What the losses on torch ask a tile for."""

    pack = SimpleNamespace(task="binary")
    _wide = torch.float32
