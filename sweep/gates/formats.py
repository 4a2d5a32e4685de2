"""Formats a check as a Markdown table, terminal lines, GitHub annotations and JSON."""

from __future__ import annotations

from typing import Any

from sweep.analysis.markdown_text import cell, inline
from sweep.gates.decision import Check

SIGNS = {"holds": "✅ holds", "fails": "❌ fails", "too noisy": "❔ too noisy"}


def markdown(check: Check) -> str:
    """Format a summary sentence and a table of the gates.

    Args:
        check: result of the check.
    """
    lines = [
        f"### sweep check: {inline(check.name)}",
        "",
        inline(check.sentence),
        "",
        "| gate | result | evidence |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {cell(decision.gate)} | {SIGNS[decision.verdict]} | {cell(decision.evidence)} |"
        for decision in check.decisions
    ]
    lines += ["", *(f"> {inline(said)}\n" for said in check.warnings)]
    lines += [inline(f"{trained(check)} {' '.join(check.notes)}".strip())]
    return "\n".join(lines) + "\n"


def parts(check: Check) -> list[list[str]]:
    """Return blocks of lines for a terminal: each gate with its evidence, warnings and notes, then the summary."""
    said = []
    for decision in check.decisions:
        said += [f"{decision.verdict:9}  {decision.gate}", f"           {decision.evidence}"]
    return [said, [*check.warnings, *check.notes, trained(check)], [check.sentence]]


def github_annotations(check: Check, strict: bool = False) -> list[str]:
    """Return GitHub annotation commands: errors for failed gates, and warnings for undecided ones."""
    said = []
    for decision in check.decisions:
        if decision.verdict != "holds":
            level = "error" if decision.verdict == "fails" or strict else "warning"
            title = _property(f"{decision.verdict}: {decision.gate}")
            said.append(f"::{level} file={_property(check.file)},title={title}::{_message(decision.evidence)}")
    return said + [f"::warning file={_property(check.file)}::{_message(warning)}" for warning in check.warnings]


def as_mapping(check: Check, strict: bool = False) -> dict[str, Any]:
    """Convert the check to JSON types."""
    return {
        "name": check.name,
        "exit_code": check.exit_code(strict),
        "sentence": check.sentence,
        "gates": [
            {"gate": decision.gate, "verdict": decision.verdict, "evidence": decision.evidence}
            for decision in check.decisions
        ],
        "warnings": list(check.warnings),
        "notes": list(check.notes),
        "trials": check.trials,
        "trained": check.trained,
        "complete": check.is_complete,
        "seconds": round(check.seconds, 3),
    }


def trained(check: Check) -> str:
    """Describe how many trials were trained and how long it took.

    >>> trained(Check("ci", "ci.yaml", (), (), (), 0, 36, 1.25, True))
    'Nothing was trained: 36 trials are known from before (1.2 s).'
    """
    if not check.trained and check.is_complete:
        return f"Nothing was trained: {check.trials:,} trials are known from before ({check.seconds:.1f} s)."
    return f"Trained {check.trained:,} of {check.trials:,} trials in {check.seconds:.1f} s."


def _message(text: str) -> str:
    """Escape as GitHub's toolkit does.

    >>> _message("100 % sure")
    '100 %25 sure'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
