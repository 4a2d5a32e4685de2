"""The losses of modules are those of torch, for each example, with the mean over positions that have a target."""

import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from trainers.data.shape import IGNORED, DatasetShape  # noqa: E402
from trainers.errors import UserCodeError  # noqa: E402
from trainers.networks.module_losses import Objective, check_own_loss, mean_counted  # noqa: E402
from trainers.pack import ModuleSpec  # noqa: E402

CLASSES = DatasetShape(100, 4, 5, "multiclass")
TWO = DatasetShape(100, 4, 1, "binary")
NUMBERS = DatasetShape(100, 4, 1, "regression")
TAGS = DatasetShape(100, 7, 5, "multiclass", item=(7,), positions=(7,), vocabulary=9)

OWN = """
import torch

def absolute(outputs, targets):
    return (outputs[:, 0] - targets).abs()
def noisy(outputs, targets):
    return (outputs[:, 0] - targets).abs() * torch.rand(len(targets))
def mean(outputs, targets):
    return outputs.mean()
def number(outputs, targets):
    return 3.0
def detached(outputs, targets):
    return outputs.detach()[:, 0]
def broken(outputs, targets):
    raise LookupError("no loss")
value = 3
"""


@pytest.fixture(scope="module", autouse=True)
def _own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "own_losses.py").write_text(OWN)
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))
    sys.modules.pop("own_losses", None)


def drawn(*shape, seed=0):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def labels(*shape, classes=5):
    return torch.randint(0, classes, shape, generator=torch.Generator().manual_seed(1))


LOG_SOFTMAX = nn.LogSoftmax(dim=-1)


@pytest.mark.parametrize(
    ("loss", "shape", "outputs", "targets", "of_torch"),
    [
        ("cross_entropy", CLASSES, drawn(3, 8, 5), labels(3, 8), nn.CrossEntropyLoss()),
        ("nll", CLASSES, LOG_SOFTMAX(drawn(3, 8, 5)), labels(3, 8), nn.NLLLoss()),
        ("cross_entropy", TWO, drawn(3, 8, 2), labels(3, 8, classes=2), nn.CrossEntropyLoss()),
        ("bce", TWO, drawn(3, 8, 1), labels(3, 8, classes=2).double(), nn.BCEWithLogitsLoss()),
        ("mse", NUMBERS, drawn(3, 8, 1), drawn(3, 8, seed=2), nn.MSELoss()),
        ("mae", NUMBERS, drawn(3, 8, 1), drawn(3, 8, seed=2), nn.L1Loss()),
        ("huber", NUMBERS, 3 * drawn(3, 8, 1), drawn(3, 8, seed=2), nn.HuberLoss()),
        ("own_losses:absolute", NUMBERS, drawn(3, 8, 1), drawn(3, 8, seed=2), nn.L1Loss()),
    ],
)
def test_each_loss_is_torchs(loss, shape, outputs, targets, of_torch):
    found, _ = Objective(shape, loss).measure(outputs, targets, [0, 1, 2])
    assert found.shape == (3, 8)
    for row in range(3):
        one = outputs[row] if outputs.shape[2] > 1 else outputs[row, :, 0]
        assert float(found[row].mean()) == pytest.approx(float(of_torch(one, targets[row])), rel=1e-12)


def test_kl_of_a_class_is_torchs_divergence_from_its_one_hot_distribution():
    outputs, targets = LOG_SOFTMAX(drawn(1, 8, 5)), labels(1, 8)
    found, _ = Objective(CLASSES, "kl").measure(outputs, targets, [0])
    one_hot = nn.functional.one_hot(targets[0], 5).double()
    assert float(found.mean()) == pytest.approx(float(nn.KLDivLoss(reduction="batchmean")(outputs[0], one_hot)))


@pytest.mark.parametrize("is_last", [True, False])
def test_positions_without_a_target_count_neither_in_loss_nor_in_accuracy(is_last):
    outputs, targets = drawn(2, 6, 7, 5), labels(2, 6, 7)
    targets[:, 0, 3:] = IGNORED
    targets[:, 1] = IGNORED
    given = outputs if is_last else outputs.movedim(-1, 2)
    loss, hits = Objective(TAGS).measure(given, targets, [0, 0])
    for row in range(2):
        expected = nn.CrossEntropyLoss()(outputs[row].flatten(0, 1), targets[row].flatten())
        assert float(loss[row].mean()) == pytest.approx(float(expected))
        counted = targets[row] != IGNORED
        right = (outputs[row].argmax(-1) == targets[row])[counted].double().mean()
        assert float(hits[row].mean()) == pytest.approx(float(right))
    assert mean_counted(targets)[0].tolist() == [(3 + 4 * 7) / 6]


def test_portions_that_are_measured_apart_have_the_mean_of_all_positions():
    outputs, targets = drawn(1, 6, 7, 5), labels(1, 6, 7)
    targets[:, :2, 1:] = IGNORED
    counted = mean_counted(targets)
    objective = Objective(TAGS)
    parts = [objective.measure(outputs[:, rows], targets[:, rows], [0], counted)[0] for rows in (slice(2), slice(2, 6))]
    whole = nn.CrossEntropyLoss()(outputs[0].flatten(0, 1), targets[0].flatten())
    assert float(torch.cat(parts, 1).mean()) == pytest.approx(float(whole))


def test_batches_without_any_target_lose_nothing():
    loss, hits = Objective(TAGS).measure(drawn(1, 6, 7, 5), torch.full((1, 6, 7), IGNORED), [0])
    assert (float(loss.sum()), float(hits.sum())) == (0.0, 0.0)


def test_a_regression_by_another_loss_measures_its_squared_error_too():
    outputs, targets = drawn(2, 8, 1), drawn(2, 8, seed=2)
    _, squared = Objective(NUMBERS, "mae").measure(outputs, targets, [0, 0])
    np.testing.assert_allclose(squared, (outputs[:, :, 0] - targets) ** 2)
    assert Objective(NUMBERS, "mae").has_hits
    assert not Objective(NUMBERS, "mse").has_hits
    assert not Objective(NUMBERS).has_hits


@pytest.mark.parametrize(
    ("objective", "accepted", "refused", "asked"),
    [
        (Objective(CLASSES), (9, 5), (9, 4), "(B, 5)"),
        (Objective(TWO), (9, 1), (9, 2), "(B, 1)"),
        (Objective(TWO, "cross_entropy"), (9, 2), (9, 1), "(B, 2)"),
        (Objective(NUMBERS, "huber"), (9, 1), (9,), "(B, 1)"),
        (Objective(TAGS), (9, 7, 6), (9, 6, 6), "(B, 7, 5) or (B, 5, 7)"),
        (Objective(TAGS), (9, 5, 7), (9, 4, 7), "(B, 7, 5) or (B, 5, 7)"),
    ],
)
def test_outputs_have_the_shape_of_the_loss(objective, accepted, refused, asked):
    assert objective.accepts(accepted)
    assert not objective.accepts(refused)
    assert objective.asked == asked


def test_a_loss_that_draws_at_random_draws_from_the_trials_stream():
    outputs, targets = drawn(3, 8, 1), drawn(3, 8, seed=2)
    found, _ = Objective(NUMBERS, "own_losses:noisy").measure(outputs, targets, [4, 4, 5])
    alone, _ = Objective(NUMBERS, "own_losses:noisy").measure(outputs[1:2], targets[1:2], [4])
    assert torch.equal(found[1:2], alone)
    ratio = found / (outputs[:, :, 0] - targets).abs()
    assert torch.allclose(ratio[0], ratio[1])
    assert not torch.allclose(ratio[0], ratio[2])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mean", r"the loss of each example, \(4,\) here\. Received: own_losses:mean, which gives shape \(\)"),
        ("number", "which gives a float. Leave the mean"),
        ("detached", "whose loss does not. Look for `detach`"),
        ("broken", r"outputs \(4, 1\) and targets \(4,\)\. .* raises LookupError at .*own_losses.py:\d+ \(no loss\)"),
        ("value", "must name a function. Received: own_losses:value, a int"),
        ("absolut", "Did you mean `absolute`"),
    ],
)
def test_a_loss_of_the_users_own_is_tried_before_any_trial(name, said):
    spec = ModuleSpec("torch.nn:Linear", {"in_features": 4, "out_features": 1})
    x, y = np.zeros((4, 4), np.float32), np.zeros(4, np.float32)
    with pytest.raises(UserCodeError, match=said):
        check_own_loss(spec, Objective(NUMBERS, f"own_losses:{name}"), "float32", x, y)
    check_own_loss(spec, Objective(NUMBERS, "own_losses:absolute"), "float32", x, y)
    check_own_loss(spec, Objective(NUMBERS, "huber"), "float32", x, y)
