"""A hyperparameter of any name takes values of any JSON type, each with a label that a figure can tell apart."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sweep.config.distributions import Distribution
from sweep.config.free_values import label_values, name_problem, read_domain, written_values
from sweep.records import Choice, plain


@pytest.mark.parametrize(
    "name", ["learning_rate", "model.width", "opt/lr", "top-k", "Batch size", "_x", "1", "a" * 250, "my_seed", "epochs"]
)
def test_a_name_that_mlflow_takes_is_taken(name):
    assert name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("seed", "must not be a name that the tables of a sweep use"),
        ("epoch", "must not be a name that the tables of a sweep use"),
        ("step", "must not be a name that the tables of a sweep use"),
        ("trial_id", "must not be a name that the tables of a sweep use"),
        ("final_val_loss", "must not be a name that the tables of a sweep use"),
        ("fingerprint_x", "must not be a name that the tables of a sweep use"),
        *((name, "must be a name of letters, digits") for name in ("a:b", "x@y", "f[0]", "a=b", "é", "", " a", "a\n")),
        *((name, "must be a name of letters, digits") for name in ("a//b", "a/", "a/../b", "/a")),
        ("a" * 251, "must be a name of at most 250 characters"),
    ],
)
def test_any_other_name_is_refused_with_the_rule_and_a_way_out(name, rule):
    problem = name_problem(name)
    assert problem is not None
    assert problem[0].startswith(rule)
    assert problem[1].startswith("Give it a")


@pytest.mark.parametrize("name", ["a//b", "a/", "a/../b", "/a", "x@y", "f[0]", "a=b", "opt/lr", "Batch size"])
def test_mlflow_refuses_what_is_refused_and_takes_the_rest(name):
    exceptions = pytest.importorskip("mlflow.exceptions")
    validation = pytest.importorskip("mlflow.utils.validation")
    if name_problem(name) is None:
        validation._validate_param_name(name)
        return
    with pytest.raises(exceptions.MlflowException):
        validation._validate_param_name(name)


def test_numbers_and_text_are_their_own_labels():
    assert read_domain([1, 0.5, "sgd"]) == (1, 0.5, "sgd")
    assert read_domain(3) == (3,)
    assert not any(isinstance(value, Choice) for value in read_domain([1, "a"]))


VALUES = [True, False, None, [64], {"a": 1}, [], {}]


def test_any_other_value_has_a_label_and_keeps_what_it_is():
    domain = read_domain(VALUES)
    assert list(domain) == ["true", "false", "null", "[64]", '{"a":1}', "[]", "{}"]
    assert [plain({"x": value})["x"] for value in domain] == VALUES
    assert written_values(domain) == VALUES


@pytest.mark.parametrize(
    "values",
    [
        [[128, 128, 64], [128, 128, 32]],
        [[1, 2, 3, 4, 5, 6], "[1,2,3,4,5"],
        [{"kind": "cosine", "warm": 5}, {"kind": "cosine", "warm": 6}],
        [[number, 128, 128, 128] for number in range(12)],
        # Text that is spelled as another value is.
        [True, "true"],
        [None, "null", False, "false"],
        [[64], "[64]"],
    ],
)
def test_labels_differ_within_the_ten_characters_that_a_figure_of_mlflow_shows(values):
    labels = [str(label) for label in label_values(values)]
    assert len({label[:10] for label in labels}) == len(values)


def test_a_value_that_is_listed_twice_has_one_label():
    assert len(set(label_values([[128, 128, 64], [128, 128, 32], [128, 128, 64]]))) == 2


def test_steps_are_equal_and_hold_both_ends():
    assert read_domain({"range": [0, 1, 0.1]}) == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
    assert read_domain({"range": [1, 3, 1]}) == (1, 2, 3)


def test_a_distribution_is_read_and_a_mapping_in_a_list_is_a_value():
    assert read_domain({"log_uniform": [0.001, 0.1]}) == Distribution("log_uniform", 0.001, 0.1)
    assert plain({"x": read_domain([{"range": [0, 1, 0.1]}])[0]}) == {"x": {"range": [0, 1, 0.1]}}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "must not be an empty list"),
        ([0.1, float("nan")], "must be finite"),
        ([[1, [float("inf")]]], "must be finite"),
        ({"a": float("nan")}, "must be finite"),
        ({"range": [0, 1]}, "range"),
        ({"range": [0, 1, 0]}, "range"),
    ],
)
def test_what_cannot_be_tried_is_refused(raw, message):
    with pytest.raises(ValidationError, match=message):
        read_domain(raw)


@pytest.mark.parametrize("raw", [{0.1}, [object()], [1j], [b"x"], [[{"a": {1}}]]])
def test_a_value_that_a_file_cannot_hold_is_refused(raw):
    with pytest.raises(ValidationError, match="must be numbers, text, true, false, null, lists or mappings"):
        read_domain(raw)
