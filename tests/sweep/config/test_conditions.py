"""Conditions compare and calculate as Python does, and are refused where they would do anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sweep.config import SweepConfig
from sweep.config.conditions import parse_condition

SETTING = {"optimizer": "adam", "beta1": 0.5, "beta2": 0.9, "batch_size": 64, "epochs": 10, "model.width": 32}

values = st.sampled_from(["beta1", "beta2", "batch_size", "epochs", "0.5", "3", "-2", "1e-3"])
sums = st.recursive(values, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner))
orders = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
comparisons = st.builds("{} {} {}".format, sums, orders, sums)
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not {}".format, inner.map("({})".format))
    ),
    max_leaves=4,
)


@given(conditions.filter(lambda text: len(text) <= 500))
def test_it_holds_where_python_says_so(text):
    assert parse_condition(text).holds(SETTING) == eval(text, {}, {k: v for k, v in SETTING.items() if "." not in k})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("0 < beta1 < beta2 < 1", True),
        ("0 < beta2 < beta1", False),
        ("optimizer == 'adam'", True),
        ("optimizer != 'adam'", False),
        ("model.width * epochs <= 320", True),
        ("model.width * epochs < 320", False),
        ("batch_size / epochs == 6.4", True),
        ("rate > 3", True),
        ("beta1 > beta2 and rate > 3", True),
        ("beta1 != 'adam'", True),
    ],
)
def test_it_holds_by_hand_and_wherever_a_name_is_lacking(text, holds):
    assert parse_condition(text).holds(SETTING) is holds


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("__import__('os').getcwd()", "compare|not a call"),
        ("__import__('os').getcwd() == 1", "not a call"),
        ("[x for x in (1,)]", "not a comprehension"),
        ("beta1 << 99999999", "not `beta1 << 99999999`"),
        ("9 ** 9 ** 9 > beta1", r"not `9 \*\* 9 \*\* 9`"),
        ("(lambda: 1) == 1", "not a lambda"),
        ("beta1[0] > 1", "not an index"),
        ("beta1 in (0.5, 0.9)", "not `beta1 in"),
        ("f'{beta1}' == 'x'", "not `f"),
        ("(beta1 := 3) > 2", "not `"),
        ("beta1 is None", "not `beta1 is None`"),
        ("None < beta1", "not `None`"),
        ("beta1", "compare something"),
        ("1 + 2", "compare something"),
        ("beta1 <", "be an expression"),
        ("", "be an expression"),
        ("a" * 501, "at most 500 characters"),
        ("(" * 400 + "1" + ")" * 90, "be an expression"),
    ],
)
def test_what_is_more_than_a_comparison_is_refused(text, rule):
    with pytest.raises(ValueError, match=rule):
        parse_condition(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("optimizer < 3", "is text, 'adam'"),
        ("beta1 / (epochs - 10) > 1", "divides by 0"),
        (f"beta1 * 1{'0' * 400} > 1", "is too large"),
        (f"1{'0' * 400} / 3 > 1", "is too large"),
    ],
)
def test_what_cannot_be_calculated_says_why(text, why):
    with pytest.raises(ValueError, match=why):
        parse_condition(text).holds(SETTING)


def sweep(where):
    optimizers = {"adam": {"learning_rate": 0.1, "beta1": [0.5, 0.9]}}
    return SweepConfig.model_validate({"data": {"name": "iris"}, "optimizers": optimizers, "where": where})


def test_one_condition_is_a_list_of_one():
    assert sweep("beta1 < 0.9").where == ("beta1 < 0.9",)
    assert sweep("beta1 < 0.9").as_mapping()["where"] == ["beta1 < 0.9"]


def test_each_wrong_condition_of_a_list_is_named():
    with pytest.raises(ValidationError) as refused:
        sweep(["beta1 < beta2", "bta1 < 1", "beta1.__class__ == 1", "beta1 +"])
    errors = refused.value.errors()
    assert [error["loc"] for error in errors] == [("where", 1), ("where", 2), ("where", 3)]
    assert errors[0]["ctx"]["rule"] == "must name hyperparameters of the sweep, not `bta1`"
    assert errors[1]["ctx"]["rule"] == "must name hyperparameters of the sweep, not `beta1.__class__`"
    assert errors[2]["ctx"]["rule"].startswith("must be an expression of names")
    assert "Did you mean `beta1`?" in errors[0]["ctx"]["hint"]
