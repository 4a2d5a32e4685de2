"""A report takes numbers under names that MLflow and the tables of a sweep take, and refuses all else in a sentence."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from sweep.execution.sources.metric_values import is_loss, require_metric_name
from sweep.reporting import ReportError, number, whole


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (0.1, 0.1),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7.0),
        (np.array(0.25), 0.25),
        (Fraction(1, 4), 0.25),
        (Decimal("0.5"), 0.5),
    ],
)
def test_a_number_is_taken_in_any_of_its_types(value, expected):
    assert number(value, "x") == expected
    assert type(number(value, "x")) is float


@pytest.mark.parametrize("is_trained", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_a_tensor_without_dimensions_is_a_number(is_trained, dtype):
    torch = pytest.importorskip("torch")
    assert number(torch.tensor(0.25, dtype=getattr(torch, dtype), requires_grad=is_trained), "x") == 0.25


def test_what_is_not_finite_stays_so():
    assert math.isnan(number(float("nan"), "x"))
    assert number(np.float64("inf"), "x") == math.inf


@pytest.mark.parametrize(
    ("value", "received"),
    [
        ("0.5", "str, '0.5'"),
        (b"1", "bytes, b'1'"),
        (None, "NoneType, None"),
        ({"a": 1}, "dict, {'a': 1}"),
        (1 + 2j, "complex, (1+2j)"),
        (10**400, "int, 1000000"),
        (np.zeros(3), "ndarray, shape (3,)"),
        (np.zeros((1, 1)), "ndarray, shape (1, 1)"),
        ([0.5], "list, [0.5]"),
        (np.array("0.5"), "ndarray, array('0.5'"),
    ],
)
def test_anything_else_is_refused_with_its_type_and_shape(value, received):
    with pytest.raises(ReportError) as refused:
        number(value, "val_f1")
    assert str(refused.value).startswith(f"the metric `val_f1` must be a number. Received: {received}")
    assert str(refused.value).endswith(". Report a number.")


@pytest.mark.parametrize("name", ["val_f1", "val/f1", "top-5.error", "F1 score", "a" * 250, "_x", "1"])
def test_a_name_that_mlflow_takes_is_taken(name):
    require_metric_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "a:b", "x@y", "f1[0]", "a=b", "ü", "a" * 251, "/a", "-a", "a\n"),
        # MLflow takes a name for a path, and wants it in its shortest form.
        *("a//b", "a/", "a/../b", "a/./b"),
        *("seconds", "examples", "steps", "trial_id", "arm_id", "seed"),
    ],
)
def test_a_name_that_mlflow_or_a_table_does_not_take_is_refused(name):
    with pytest.raises(ReportError, match=r"^a metric must have a name that MLflow and the sweep's tables take\. Rec"):
        require_metric_name(name)


@pytest.mark.parametrize("name", ["a//b", "a/", "a/../b", "val/f1", "top-5.error", "F1 score", "x@y", "a:b"])
def test_mlflow_takes_no_more_and_no_fewer_of_these_names_except_a_colon(name):
    exceptions = pytest.importorskip("mlflow.exceptions")
    validation = pytest.importorskip("mlflow.utils.validation")
    try:
        require_metric_name(name)
        is_taken = True
    except ReportError:
        is_taken = False
    try:
        validation._validate_metric_name(name)
        assert is_taken or ":" in name
    except exceptions.MlflowException:
        assert not is_taken


def test_a_loss_is_told_by_a_word_of_its_name():
    names = ["loss", "val_loss", "train/loss", "Loss", "val-loss.mean", "glossiness", "lossless", "losses", "val_f1"]
    assert [name for name in names if is_loss(name)] == names[:5]


@pytest.mark.parametrize("value", [3, 3.0, np.int32(3), np.array(3), True + 2])
def test_a_count_may_come_in_any_type(value):
    assert whole(value, "epoch") == 3
    assert type(whole(value, "epoch")) is int


@pytest.mark.parametrize("value", [0.5, "3", None, float("nan"), float("inf"), [3], np.array([1, 2]), -1, 10**30])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(ReportError, match=r"^`step` must be a whole number.* Received: "):
        whole(value, "step")
