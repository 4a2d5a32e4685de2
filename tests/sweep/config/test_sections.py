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
        (
            "search: {method: rando}",
            "`search.method` must be one of grid, random, sobol, halton, latin_hypercube, tpe, gp, cmaes, nsga2, "
            "nsga3, or a sampler of Optuna by its import path. Received: rando. Did you mean `random`?",
        ),
        ("search: {method: bayes, trials: 3}", "Received: bayes. Did you mean `tpe`?"),
        ("search: {method: random}", "`search.trials` is needed for the method random: the number of settings of each"),
        ("search: {method: random, trials: 0}", "`search.trials` must be 1 or more. Received: 0."),
        ("search: {trials: 8}", "`search.trials` is not for the method grid, which tries every combination."),
        (
            "search: {method: sobol, trials: 8, from: x}",
            "`search.from` is for methods that learn from results, and sobol",
        ),
        ("search: {method: tpe, trials: 8, budget: {epochs: 3}}", "`search.trials` is not for a `search.budget`"),
        ("search: {method: tpe, budget: {epochs: 3, minutes: 2}}", "must hold one of epochs, examples, minutes."),
        (
            "search: {method: tpe, trials: 8, arguments: {seed: 3}}",
            "`search.arguments.seed` is given by `search.seed`.",
        ),
        ("search: {method: tpe, trials: 8, points: 3}", "`search.points` must be a list of settings. Received: 3."),
        ("metric: []", "must not be an empty list."),
        ("metric: [val_loss, {name: second}]", "must be a metric of docs/metrics.md"),
        ("metric: [val_loss, val_loss]", "must name each objective once."),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))
