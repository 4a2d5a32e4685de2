"""A check's count, exit code and sentence, from the verdicts of its gates."""

from __future__ import annotations

from sweep.config.gates import gate_of
from sweep.gates.decide import decide
from sweep.gates.decision import Check, Examined, Part

GATE = gate_of("val_loss <= 1")


def test_exit_codes():
    def code(parts: list[Part], strict: bool = False, is_complete: bool = True) -> int:
        decisions = decide([Examined(GATE, tuple(parts))])
        return Check("c", "c.yaml", decisions, (), (), 1, 1, 1.0, is_complete).exit_code(strict)

    well, bad, unclear = Part(0.9, True, "a"), Part(0.001, False, "b"), Part(0.5, False, "c")
    assert [code([well]), code([bad]), code([unclear]), code([unclear], strict=True)] == [0, 1, 3, 1]
    assert [code([well], is_complete=False), code([well], strict=True, is_complete=False)] == [3, 1]
