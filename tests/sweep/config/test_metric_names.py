"""Names of metrics are checked, those of further objectives too."""

from __future__ import annotations

import pytest

from sweep.config.metric_names import name_problems


@pytest.mark.parametrize("raw", ["val_loss", ["val_loss", "seconds"], [{"name": "val_f1"}, {"name": "train_loss"}]])
def test_known_names_have_no_problem(raw):
    assert list(name_problems(raw)) == []


@pytest.mark.parametrize(
    ("raw", "at", "hint"),
    [
        ("val_acuracy", (), "Did you mean `val_accuracy`?"),
        (["val_loss", {"name": "val_acuracy"}], ("objectives", 0, "name"), "Did you mean `val_accuracy`?"),
        (["val_loss", "accuracy"], ("objectives", 0, "name"), "Give val_accuracy."),
        ({"name": "val_loss", "also": ["roc_auk"]}, ("also", 0), "Did you mean `roc_auc`?"),
    ],
)
def test_an_unknown_name_is_told_with_its_place(raw, at, hint):
    (problem,) = name_problems(raw)
    assert (problem.at, problem.hint) == (at, hint)
