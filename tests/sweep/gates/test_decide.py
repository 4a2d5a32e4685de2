"""Gates are decided together: more tests need more evidence for a red build, facts need none."""

from __future__ import annotations

from sweep.config.gates import gate_of
from sweep.gates.decide import decide
from sweep.gates.decision import EvaluatedGate, Part

GATE = gate_of("val_loss <= 1")


def verdicts(*gates: tuple[Part, ...]) -> list[str]:
    return [found.verdict for found in decide([EvaluatedGate(GATE, parts) for parts in gates])]


def test_four_tests_need_a_quarter_of_the_level():
    others = tuple(Part(0.9, True, "well") for _ in range(3))
    assert verdicts((Part(0.0124, False, "bad"), *others)) == ["fails"]
    assert verdicts((Part(0.0126, False, "bad"), *others)) == ["too noisy"]


def test_tests_of_other_gates_count_too():
    assert verdicts((Part(0.03, False, "bad"),)) == ["fails"]
    assert verdicts((Part(0.03, False, "bad"),), (Part(0.9, True, "well"),)) == ["too noisy", "holds"]


def test_a_gate_holds_only_if_all_its_tests_do():
    assert verdicts((Part(0.9, True, "well"), Part(0.4, False, "unclear"))) == ["too noisy"]


def test_a_fact_needs_no_correction_and_does_not_count():
    fact = Part(0.0, False, "differs", is_certain=True)
    assert verdicts((fact,), (Part(0.03, False, "bad"),)) == ["fails", "fails"]


def test_nothing_trained_is_not_a_pass():
    assert verdicts(()) == ["too noisy"]


def test_evidence_that_begins_with_the_compared_factor_keeps_its_spelling():
    part = Part(1.0, True, "dropout 0.1 ends at 0.8 f1")
    (named,) = decide([EvaluatedGate(GATE, (part,))], factor="dropout")
    assert named.evidence == "dropout 0.1 ends at 0.8 f1."
