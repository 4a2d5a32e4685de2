"""Combines the tests of all gates, with a bounded false alarm rate however many gates there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.analysis.pairing import holm
from sweep.analysis.wording import capitalised
from sweep.gates.decision import Decision, EvaluatedGate, Part, Verdict

FALSE_ALARM_RATE = 0.05
"""Maximum probability that any gate fails although all of them hold."""


def decide(tested: Sequence[EvaluatedGate], alpha: float = FALSE_ALARM_RATE, factor: str = "") -> tuple[Decision, ...]:
    """Decide each gate: it holds if all its tests show so, fails if one test fails, and else is too noisy to tell.

    **Variant.** Holm's correction over all tests of all gates bounds the probability of any false alarm. A gate holds
    only if each of its tests does, which needs no correction (an intersection-union test). A fact, such as a number
    that differs bit for bit, needs none either.

    Args:
        tested: the gates with their tests.
        alpha: the probability of a failed build without a change.
        factor: the factor whose levels are compared, which keeps its spelling at the beginning of a sentence.

    >>> from sweep.config.gates import gate_of
    >>> shaky = Part(0.03, False, "adam ends at 94 %")
    >>> [found.verdict for found in decide([EvaluatedGate(gate_of("val_accuracy >= 0.95"), (shaky,))])]
    ['fails']
    >>> [found.verdict for found in decide([EvaluatedGate(gate_of("val_accuracy >= 0.95"), (shaky, shaky))])]
    ['too noisy']

    Reference: Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure; Berger (1982), Multiparameter
    Hypothesis Testing and Acceptance Sampling (intersection-union).
    """
    samples = [part for one in tested for part in one.parts if not part.is_certain]
    adjusted = dict(zip(map(id, samples), holm(np.array([part.p_value for part in samples])), strict=True))
    decisions = []
    for one in tested:
        failing = [part for part in one.parts if _fails(part, adjusted.get(id(part), float("nan")), alpha)]
        noisy = [part for part in one.parts if part not in failing and not part.holds]
        verdict: Verdict = "fails" if failing else "too noisy" if noisy or not one.parts else "holds"
        shown = failing or noisy or list(one.parts)
        evidence = "; ".join(_evidence(part, adjusted.get(id(part)), part in failing) for part in shown)
        sentence = f"{capitalised(evidence or 'nothing was trained', factor)}."
        decisions.append(Decision(one.gate.text, verdict, sentence))
    return tuple(decisions)


def _fails(part: Part, adjusted: float, alpha: float) -> bool:
    if part.is_certain:
        return part.p_value < alpha
    return not part.holds and adjusted < alpha


def _evidence(part: Part, adjusted: float | None, failing: bool) -> str:
    if adjusted is None or np.isnan(adjusted) or part.holds:
        return part.evidence
    if failing:
        return f"{part.evidence}, p = {adjusted:.2g} for all gates together"
    return f"{part.evidence}, too noisy to tell (p = {adjusted:.2g} for all gates together)"
