"""The sections of a configuration: what they refuse, and what they take when nothing is given."""

from __future__ import annotations

import pytest

from tests.sweep.config.conftest import GOOD


def test_a_better_accuracy_is_a_higher_one(load):
    assert load(GOOD + "metric: {name: val_accuracy}").metric.mode == "max"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("trainer: {epochs: five}", "x.yaml:3:19: `trainer.epochs` must be a whole number. Received: five."),
        (
            "trainer: {epochs: true}",
            "`trainer.epochs` must be a whole number. Received: true. Give a value such as 10.",
        ),
        ("trainer: {epochs: 1e1}", "`trainer.epochs` must be a whole number. Received: 10.0."),
        ("trainer: {epochs: 0}", "`trainer.epochs` must be 1 or more. Received: 0."),
        ("trainer: {epochs:}", "`trainer.epochs` must be a whole number. Received: null."),
        ("trainer: {weight_decay: .inf}", "`trainer.weight_decay` must be a finite number. Received: .inf."),
        ("trainer: {dtype: float16}", "`trainer.dtype` must be one of float32, float64, bfloat16. Received: float16."),
        (
            "trainer: {dtype: bfloat16}",
            "`trainer.dtype` must be float32 or float64 for the backend numpy. Received: bfloat16. Give float32, or",
        ),
        ("trainer: {stop_at_target: true}", "`trainer.stop_at_target` needs `trainer.target`, which is not given."),
        ("metric: {name: val_acuracy}", "Received: val_acuracy. Did you mean `val_accuracy`?"),
        (
            "tracking: {store: sqlite:///a.db}",
            "`tracking.store` must start with postgresql://. Received: sqlite:///a.db.",
        ),
        (
            "tracking: {store: 'postgresql://ada:secret@db/mlflow'}",
            "`tracking.store` must not hold a password, as the configuration is kept. "
            "Received: postgresql://ada:***@db/mlflow. Put it into the variable PGPASSWORD or into ~/.pgpass.",
        ),
        ("tracking: {points: 5}", "`tracking.points` must be"),
        ("search: {method: rando}", "`search.method` must be one of grid. Received: rando."),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))
