"""What a user is told of a sweep besides its results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sweep.driver.notes import notes_on
from sweep.tracking import WriterReport

NOTHING = {"finished": 0, "remaining": 4, "interrupted": False, "tracked": None, "problems": (), "unreported": ""}


REPORT = WriterReport(written=4, skipped=0, failed=0, seconds=1.0, pending=None, error=None, url=None)


def notes(**changes):
    return notes_on(**{**NOTHING, **changes})


def test_a_sweep_that_went_as_usual_has_no_note():
    assert notes() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"finished": 1200}, "1,200 trials were finished before and were not trained again."),
        (
            {"finished": 3, "remaining": 0},
            "All trials were finished before; nothing was trained. Use --fresh to train them again.",
        ),
        ({"inline": True}, "The trials were trained one after the other and without Ray."),
        ({"interrupted": True}, "Stopped before the end. Run the same command to go on."),
        ({"problems": ["A record is damaged."]}, "A record is damaged."),
        ({"unreported": "no figure"}, "There is no report: no figure"),
    ],
)
def test_each_thing_is_one_sentence(changes, said):
    assert notes(**changes) == [said]


def test_a_sweep_that_trained_nothing_was_not_trained_without_ray():
    assert notes(remaining=0, inline=True) == []


def test_what_mlflow_lacks_is_told_with_the_reason():
    assert notes(tracked=REPORT) == []
    lost = replace(REPORT, error="the server is away")
    assert notes(tracked=lost) == ["MLflow lacks a part of the sweep: the server is away"]
    some = replace(REPORT, failed=1500, error="too large")
    assert notes(tracked=some) == ["1,500 trials are not in MLflow: too large"]
    (thinned,) = notes(tracked=replace(REPORT, thinned=2))
    assert thinned.startswith("2 trials have more epochs than `tracking.points`")
    (without,) = notes(tracked=replace(REPORT, artifacts_error="no bucket."))
    assert without.startswith("MLflow has no files of the sweep, such as its report (no bucket);")
