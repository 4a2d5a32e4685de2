"""Metrics in a sweep file: which names are taken, what they are called, and one sentence for each mistake."""

from __future__ import annotations

import pytest

from sweep.config.metric import ALWAYS, METRICS, usual_mode
from tests.sweep.config.conftest import GOOD
from trainers.metrics import SCORED

BINARY = "data: {name: breast_cancer}\noptimizers: {sgd: {learning_rate: 0.1}}\n"
NUMBERS = "data: {name: diabetes}\noptimizers: {sgd: {learning_rate: 0.1}}\n"
OWN = "trainer: {command: [ls]}\nspace: {width: [1]}\n"


def metric_of(load, written, text=GOOD):
    return load(f"{text}metric: {written}\n").metric


def test_without_a_part_a_metric_beside_is_of_the_validation_part(load):
    metric = metric_of(load, "{name: val_f1_macro, also: [accuracy, roc_auc_ovr, train_f1_macro], every: 5}")
    assert metric.columns == ("val_f1_macro", "val_roc_auc_ovr", "train_f1_macro")
    assert metric.beside == ("val_accuracy", "val_roc_auc_ovr", "train_f1_macro")
    assert metric.measures == ("f1_macro", "accuracy", "roc_auc_ovr")
    assert metric.mode == "max"
    assert metric.asked.every == 5


def test_what_every_trial_has_is_not_computed_again(load):
    metric = metric_of(load, "{name: val_loss, also: [accuracy, train_loss]}")
    assert metric.columns == ()
    assert metric.beside == ("val_accuracy", "train_loss")


def test_a_single_metric_beside_needs_no_list(load):
    assert metric_of(load, "{also: log_loss}").columns == ("val_log_loss",)


def test_an_own_metric_is_called_by_its_function(load):
    metric = metric_of(load, "{also: ['my_metric:share_of_first', train_share_of_first]}")
    assert metric.columns == ("val_share_of_first", "train_share_of_first")
    assert metric.own == {"share_of_first": "my_metric:share_of_first"}
    assert metric.deciding_path is None
    assert metric.measures == ("loss", "my_metric:share_of_first")


@pytest.mark.parametrize(
    "written",
    [
        "{name: 'my_metric:share_of_first', mode: max}",
        "{name: val_share_of_first, mode: max, also: ['my_metric:share_of_first']}",
    ],
)
def test_an_own_metric_decides_by_either_name_and_its_resolved_form_is_read_again(load, written):
    metric = metric_of(load, written)
    assert (metric.name, metric.deciding_path) == ("val_share_of_first", "my_metric:share_of_first")
    assert metric.columns == ("val_share_of_first",)
    assert metric_of(load, str(metric.model_dump(mode="json", exclude_none=True))) == metric


@pytest.mark.parametrize(
    ("text", "written", "sentence"),
    [
        (GOOD, "{name: f1_macro}", "`metric.name` must say of which part of the data it is, by `val_` or `train_`."),
        (GOOD, "{name: test_accuracy}", "`metric.name` must not be of the test part, which is used once, at the end"),
        (GOOD, "{name: val_f1_marco}", "Received: val_f1_marco. Did you mean `val_f1_macro`?"),
        (GOOD, "{name: val_neg_log_loss}", "Received: val_neg_log_loss. Did you mean `val_log_loss`?"),
        (GOOD, "val_xyz", "`metric` must be a metric of docs/metrics.md. Received: val_xyz. Give one such as"),
        (GOOD, "{also: [rok_auc]}", "`metric.also` must be a metric of docs/metrics.md. Received: rok_auc. Did you"),
        (GOOD, "{also: [log_loss, val_log_loss]}", "must name each metric once. Received: val_log_loss. Leave it out"),
        (GOOD, "{name: val_accuracy, also: [accuracy]}", "must name each metric once. Received: accuracy."),
        (GOOD, "{also: ['a:b', val_b]}", "must name each metric once. Received: val_b. Leave it out here."),
        (GOOD, "{name: 'a:b', mode: max, also: ['a:b']}", "must name each metric once. Received: a:b."),
        (GOOD, "{also: ['a:b', 'c:b']}", "must have a name of its own, by which its column is called."),
        (GOOD, "{also: ['a:f1']}", "must not be called as the metric `f1` that is known. Received: a:f1."),
        (GOOD, "{also: ['a b:c']}", "must name a module and a function in it. Received: a b:c."),
        (GOOD, "{name: 'a:share'}", "`metric.mode` is needed, as it is not known whether a small or a large val_share"),
        (GOOD, "{every: 0}", "`metric.every` must be 1 or more. Received: 0."),
        (GOOD, "{also: [test_accuracy]}", "`metric.also` needs `data.test`, which is not given. Received: test_acc"),
        (GOOD, "{name: val_f1}", "is for two classes, and the data has more. Received: val_f1. Give val_f1_macro, the"),
        (GOOD, "{also: [roc_auc]}", "`metric.also` is for two classes, and the data has more. Received: roc_auc. Give"),
        (BINARY, "{also: [top_k_accuracy]}", "needs three classes or more, and the data has two."),
        (NUMBERS, "{name: val_f1}", "must suit the data, which is for regression. Received: val_f1. Give one of"),
        (GOOD, "{also: [max_error]}", "must suit the data, which is for classification. Received: max_error."),
        (OWN, "{name: score, also: [accuracy]}", "`metric.also` is for the networks of this project, and"),
        (OWN, "{name: score, every: 2}", "`metric.every` is for the networks of this project, and"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_sentence(refusal, text, written, sentence):
    (told,) = refusal(f"{text}metric: {written}\n")
    assert sentence in told
    assert told.endswith((".", "?"))


@pytest.mark.parametrize("written", ["{also: [roc_auc, f1]}", "{name: val_brier_score}", "{also: [roc_auc_ovr]}"])
def test_two_classes_have_their_metrics(load, written):
    metric_of(load, written, BINARY)


def test_the_metrics_of_a_sweep_are_those_of_the_registry_in_both_parts():
    assert len(METRICS) == 2 * (len(SCORED) + 4)
    assert ALWAYS[:4] == ("val_loss", "val_accuracy", "val_rmse", "val_r2")


def test_a_known_name_has_its_direction_for_every_training():
    assert usual_mode("val_matthews_corrcoef") == "max"
    assert usual_mode("calibration_error") == "min"
    assert usual_mode("test_explained_variance") == "max"
    assert usual_mode("explained_enough") is None


def test_gates_take_what_is_computed(load, refusal):
    asked = GOOD + "metric: {also: [f1_macro, 'm:share']}\n"
    assert load(asked + "gates: [val_f1_macro >= 0.9, val_share <= 0.5]\n").gates
    (told,) = refusal(GOOD + "gates: [val_f1_macro >= 0.9]\n")
    assert "`gates[0]` must name a metric that is computed. Received: val_f1_macro >= 0.9. Add val_f1_macro to" in told
    (told,) = refusal(asked + "gates: [val_share no worse than the baseline]\n")
    assert "must name a metric whose direction is known" in told
