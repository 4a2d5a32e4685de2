"""The description of a sweep speaks of what it has: optimizers and packs, or a training of the user's own."""

from __future__ import annotations

import dataclasses

from sweep.tracking.description import describe


def test_the_users_own_training_is_described_without_optimizers_and_packs(record):
    own = dataclasses.replace(record, question="Which?", keys=("model.width",), grouped_by="", is_own=True)
    said = describe(own)
    assert said.startswith("**Which?**")
    assert 'params."model.width"' in said
    assert "optimizer" not in said
    assert "packs" not in said
    assert "optimizer" in describe(record)


def test_without_a_question_there_is_no_empty_heading(record):
    assert describe(dataclasses.replace(record, question="", is_own=True)).startswith("Each child run is one trial")
