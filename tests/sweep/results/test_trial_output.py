"""What a trial has printed is found by its id or the beginning of it."""

from __future__ import annotations

import json

import pytest

from sweep.errors import ResultsError
from sweep.results.trial_output import output_of, trial_outputs

PLAN = {
    "arms": [{"id": "a0", "label": "lr=0.1", "setting": {}}, {"id": "a1", "label": "lr=0.2", "setting": {}}],
    "trials": [
        {"id": "1f00", "arm": "a1", "seed": 3, "lineage": "x"},
        {"id": "1e00", "arm": "a0", "seed": 4, "lineage": "y"},
        {"id": "2a00", "arm": "a0", "seed": 5},
    ],
}


@pytest.fixture
def folder(tmp_path):
    """A results folder in which the first trial has printed."""
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    log = tmp_path / "trials" / "x" / "output.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"epoch 1\n\xff\n")
    return tmp_path


def test_the_outputs_are_listed_in_the_order_of_the_plan(folder):
    found = trial_outputs(folder)
    assert [(one.trial_id, one.arm, one.seed) for one in found] == [
        ("1f00", "lr=0.2", 3),
        ("1e00", "lr=0.1", 4),
        ("2a00", "lr=0.1", 5),
    ]
    assert [one.path.is_file() for one in found] == [True, False, False]


def test_a_trial_is_named_by_its_id_or_its_beginning_and_what_is_no_text_is_replaced(folder):
    assert output_of(folder, "1f") == output_of(folder, "1f00") == "epoch 1\n\ufffd\n"


@pytest.mark.parametrize(
    ("trial_id", "said"),
    [
        ("1", "`--trial` must be the id of one trial. Received: 1; 2 trials begin with that."),
        ("9", "`--trial` must be the id of one trial. Received: 9; `"),
        ("1e00", "trial 1e00 has no output. Received: a trial of our networks, which print nothing, or one that has"),
        ("2a", "trial 2a00 has no output."),
    ],
)
def test_what_has_no_output_is_told_in_a_sentence(folder, trial_id, said):
    with pytest.raises(ResultsError) as raised:
        output_of(folder, trial_id)
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"arms": [], "trials": [{"id": "a"}]}'])
def test_a_plan_that_cannot_be_read_is_told(folder, content):
    (folder / "plan.json").write_text(content)
    with pytest.raises(ResultsError, match=r"plan\.json` must be the plan of a sweep .*Run the sweep again"):
        trial_outputs(folder)


def test_a_missing_plan_is_told(tmp_path):
    with pytest.raises(ResultsError, match="No such file"):
        trial_outputs(tmp_path)
