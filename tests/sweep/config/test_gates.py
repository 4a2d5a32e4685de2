"""Sentences that a build must keep are read into numbers, and what is no such sentence is refused with its way out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config.gates import FORMS, Bound, Exact, ExactGate, NoWorse, Order, Time, gate_of
from sweep.errors import ConfigError

SWEEP = "data: {name: iris}\noptimizers: {sgd: {learning_rate: 0.1}, adam: {learning_rate: 0.01}}\n"


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("val_accuracy >= 0.95 for adam", Bound("val_accuracy >= 0.95 for adam", "val_accuracy", True, 0.95, "adam")),
        ("val_accuracy>=95 %", Bound("val_accuracy>=95 %", "val_accuracy", True, 0.95, None)),
        ("val_loss  <=\n .5e-1", Bound("val_loss <= .5e-1", "val_loss", False, 0.05, None)),
        ("diverged <= 10%", Bound("diverged <= 10%", "diverged", False, 0.1, None)),
        ("steps to target <= 300 for sgd", Time("steps to target <= 300 for sgd", "steps", 300.0, "sgd")),
        ("epochs to target <= 2.5", Time("epochs to target <= 2.5", "epochs", 2.5, None)),
        (
            "adam reaches the target before sgd",
            Order("adam reaches the target before sgd", "adam", "sgd"),
        ),
        (
            "val_loss no worse than the baseline",
            NoWorse("val_loss no worse than the baseline", "val_loss", None, False, None),
        ),
        (
            "val_loss no worse than the baseline by 2 % for adam",
            NoWorse("val_loss no worse than the baseline by 2 % for adam", "val_loss", 0.02, True, "adam"),
        ),
        (
            "val_loss no worse than the baseline by 0.02",
            NoWorse("val_loss no worse than the baseline by 0.02", "val_loss", 0.02, False, None),
        ),
    ],
)
def test_a_gate_is_read_as_it_is_written(text, gate):
    assert gate_of(text) == gate


def test_an_exact_gate_has_its_tolerance():
    assert gate_of(ExactGate(exact=True, tolerance=0.5)) == Exact("{exact: true}", 0.5)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["<=", ">="]))
def test_any_number_is_read_whole(number, sign):
    gate = gate_of(f"val_loss {sign} {number!r}")
    assert isinstance(gate, Bound)
    assert (gate.value, gate.is_lower) == (number, sign == ">=")


@pytest.mark.parametrize(
    "text",
    ["wibble", "val_loss < 1", "val_loss <= one", "val_loss <= 1 for", "seconds to target <= 3"],
)
def test_what_is_no_gate_is_refused_with_all_the_forms(refusal, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        gate_of(text)
    (told,) = refusal(f"{SWEEP}gates: ['{text}']")
    assert told.startswith("x.yaml:3:9: `gates[0]` is not a gate. Received: ")
    assert told.endswith(FORMS)


@pytest.mark.parametrize(
    ("gates", "sentence"),
    [
        ("val_loss <= 1", "x.yaml:3:8: `gates` must be a list of gates. Received: val_loss <= 1."),
        ("[val_los <= 1]", "`gates[0]` must name one of val_loss, "),
        ("[val_los <= 1]", "Received: val_los <= 1. Did you mean `val_loss`?"),
        ("[val_loss <= 1 for adm]", "must name one of the optimizers sgd, adam. Received: val_loss <= 1 for adm. Did"),
        ("[lion reaches the target before sgd]", "`gates[0]` must name one of the optimizers sgd, adam."),
        ("[diverged >= 0.5]", "`gates[0]` must bound a share from above. Received: diverged >= 0.5."),
        ("[diverged <= 101 %]", "must bound a share from above."),
        ("[diverged no worse than the baseline]", "must name one of val_loss, "),
        ("[val_loss no worse than the baseline by 0 %]", "`gates[0]` must have a margin above 0."),
        ("[sgd reaches the target before sgd]", "`gates[0]` must name two optimizers."),
        ("[{exact: false}]", "must be `{exact: true}`, with a `tolerance` above 0 if need be."),
        ("[{exact: true, tolerance: 0}]", "must be `{exact: true}`, with a `tolerance` above 0 if need be."),
        ("[{exact: true, tolerance: .inf}]", "must be `{exact: true}`, with a `tolerance` above 0 if need be."),
        ("[{exact: true, slack: 1}]", "must be `{exact: true}`, with a `tolerance` above 0 if need be."),
        ("[5]", "x.yaml:3:9: `gates[0]` is not a gate. Received: 5."),
        ("[steps to target <= 3]", "`gates[0]` needs `trainer.target`, which is not given."),
        ("[adam reaches the target before sgd]", "`gates[0]` needs `trainer.target`, which is not given."),
    ],
)
def test_each_wrong_gate_is_one_sentence(refusal, gates, sentence):
    told = refusal(f"{SWEEP}gates: {gates}")
    assert any(sentence in line for line in told), told


def test_all_wrong_gates_are_told_at_once_each_at_its_place(refusal):
    told = refusal(f"{SWEEP}gates: [nonsense, val_loss <= 1, val_los <= 1]")
    assert [line.partition(" ")[0] for line in told] == ["x.yaml:3:9:", "x.yaml:3:34:"]


def test_each_form_that_is_offered_is_taken(load):
    offered = [form for form in FORMS.split("`")[1::2] if not form.startswith("{")]
    config = load(f"{SWEEP}trainer: {{target: 0.5}}\ngates: [{', '.join(offered)}, {{exact: true}}]")
    assert [type(gate) for gate in config.demands] == [Bound, Order, NoWorse, Bound, Time, Exact]


def test_a_gate_of_the_target_is_taken_where_there_is_one(load, refusal):
    text = f"{SWEEP}gates: [adam reaches the target before sgd]\n"
    assert load(text, "trainer.target=0.5").demands == (Order("adam reaches the target before sgd", "adam", "sgd"),)
    assert len(refusal(text)) == 1


def test_bad_gates_are_refused_as_an_error_of_the_configuration(load):
    with pytest.raises(ConfigError):
        load(f"{SWEEP}gates: [nonsense]")


OWN = "trainer: {function: 'mine:train'}\nmetric: {name: score, mode: max}\nspace: {dropout: [0.0, 0.1]}\n"


def test_gates_on_the_users_own_training_name_metrics_and_levels_of_any_name(load):
    text = (
        f"{OWN}roles: {{scientific: dropout}}\ngates: [test/f1-macro >= 0.5 for 0.1, score no worse than the baseline]"
    )
    bound, no_worse = load(text).demands
    assert (bound.metric, bound.optimizer, no_worse.metric) == ("test/f1-macro", "0.1", "score")


def test_only_a_metric_whose_direction_is_known_can_be_no_worse(refusal):
    (told,) = refusal(f"{OWN}gates: [width no worse than the baseline]")
    assert "`gates[0]` must name a metric whose direction is known, such as score. Received: width" in told
