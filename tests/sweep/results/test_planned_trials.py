"""The trials of a plan are found by their ids, with what each leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sweep.errors import ResultsError
from sweep.results.planned_trials import planned_trials, trial_named

PLAN = {
    "arms": [{"id": "a1", "label": "adam", "setting": {"hidden": [8, 8]}}],
    "trials": [
        {"id": "abc1", "arm": "a1", "seed": 0, "lineage": "l0"},
        {"id": "abd2", "arm": "a1", "seed": 1, "lineage": ""},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    return tmp_path


def test_a_trial_has_its_setting_and_the_folder_of_its_lineage(folder):
    first, second = planned_trials(folder)
    assert (first.id, first.arm_id, first.arm, first.seed) == ("abc1", "a1", "adam", 0)
    assert first.setting == {"hidden": [8, 8]}
    assert first.folder == folder / "trials" / "l0"
    # Not the folder of all trials.
    assert second.folder == folder / "trials" / "abd2"


def test_the_beginning_of_an_id_is_enough_if_no_other_has_it(folder):
    assert trial_named(folder, "abd").seed == 1
    with pytest.raises(ResultsError, match=r"`--trial` must be the id of one trial\. Received: ab; 2 trials begin"):
        trial_named(folder, "ab")
    with pytest.raises(ResultsError, match=r"Received: x; `.*` has none"):
        trial_named(folder, "x")


@pytest.mark.parametrize("damaged", ["{", "[]", json.dumps({**PLAN, "arms": []})])
def test_a_damaged_plan_is_one_sentence(folder, damaged):
    (folder / "plan.json").write_text(damaged)
    with pytest.raises(ResultsError, match=r"must be the plan of a sweep \(.*\)\. Run the sweep again"):
        planned_trials(folder)
