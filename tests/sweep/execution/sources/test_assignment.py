"""What a process is told of its trial survives the way as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from sweep.execution.sources.assignment import Assignment, Ending

ASSIGNMENT = Assignment(
    trial_id="t",
    setting={"learning_rate": 0.1, "hidden": [64, 64], "dropout": None, "bias": True, "more": {"a": 1}},
    seed=2**53 + 1,
    epochs=None,
    folder="/results/trials/t",
    device="cpu",
    metric="val_f1",
    mode="max",
    stop_at=0.1 + 0.2,
)


def test_an_assignment_survives_the_way_as_json():
    assert Assignment(**json.loads(json.dumps(asdict(ASSIGNMENT)))) == ASSIGNMENT


def test_without_more_a_trial_begins_keeps_nothing_and_has_no_end_but_its_own():
    assert (ASSIGNMENT.resumed_epoch, ASSIGNMENT.weights) == (0, "none")
    assert Assignment(**{**asdict(ASSIGNMENT), "stop_at": None}).stop_at is None


def test_two_endings_share_no_fingerprints():
    Ending().fingerprints["split"] = "1"
    assert Ending() == Ending(status="COMPLETED", step=0, last_finite_loss=None, dropped=0, fingerprints={})
