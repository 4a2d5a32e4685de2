"""A check's count, exit code and sentence, from the verdicts of its gates."""

from __future__ import annotations

import pytest

from sweep.config.gates import gate_of
from sweep.gates.decide import decide
from sweep.gates.decision import Baseline, BaselineArm, Check, Decision, EvaluatedGate, Part, Verdict, setting_key
from sweep.records import Choice

GATE = gate_of("val_loss <= 1")


def test_exit_codes():
    def code(parts: list[Part], strict: bool = False, is_complete: bool = True) -> int:
        decisions = decide([EvaluatedGate(GATE, tuple(parts))])
        return Check("c", "c.yaml", decisions, (), (), 1, 1, 1.0, is_complete).exit_code(strict)

    well, bad, unclear = Part(0.9, True, "a"), Part(0.001, False, "b"), Part(0.5, False, "c")
    assert [code([well]), code([bad]), code([unclear]), code([unclear], strict=True)] == [0, 1, 3, 1]
    assert [code([well], is_complete=False), code([well], strict=True, is_complete=False)] == [3, 1]


def found(*verdicts: Verdict, is_complete: bool = True) -> Check:
    decisions = tuple(Decision("g", verdict, "e") for verdict in verdicts)
    return Check("c", "c.yaml", decisions, (), (), 1, 1, 1.0, is_complete)


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        (found("holds"), "Of 1 gates 1 holds."),
        (found("holds", "holds", "fails"), "Of 3 gates 2 hold, 1 fails."),
        (found("too noisy", "too noisy", "fails", "fails"), "Of 4 gates 2 fail, 2 are too noisy to tell."),
        (found("too noisy", is_complete=False), "Of 1 gates 1 is too noisy to tell, by the trials that ended in time."),
    ],
)
def test_the_sentence_counts_each_verdict_that_occurs(check, sentence):
    assert check.sentence == sentence


def test_a_failing_gate_outweighs_one_that_is_too_noisy():
    assert [found("too noisy", "fails", "holds").exit_code(strict) for strict in (False, True)] == [1, 1]


def test_an_arm_is_known_by_its_setting_in_any_order_and_under_any_label():
    one = BaselineArm("one", {"optimizer": "sgd", "learning_rate": 0.1}, {})
    two = BaselineArm("two", {"learning_rate": 0.1, "optimizer": "sgd"}, {})
    assert one.key == two.key
    assert setting_key({"learning_rate": 0.1}) != setting_key({"learning_rate": 0.10000000000000002})


def test_the_direction_of_a_baseline_is_what_it_says_or_what_the_name_of_its_metric_says():
    def direction(metric, mode=None):
        return Baseline("b", "p", metric, {}, {}, (), mode).direction

    assert (direction("val_loss"), direction("val_accuracy"), direction("test_f1")) == ("min", "max", "max")
    assert direction("width", "max") == "max"


def test_a_list_is_known_by_its_values_under_any_label():
    first, second = Choice("[8,8]", [8, 8]), Choice("1: [8,8]", [8, 8])
    assert setting_key({"hidden": first}) == setting_key({"hidden": second}) == setting_key({"hidden": [8, 8]})
    assert setting_key({"hidden": first}) != setting_key({"hidden": Choice("[8]", [8])})
