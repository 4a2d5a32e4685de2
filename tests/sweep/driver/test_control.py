"""What may be asked of a sweep by its results folder, and what is said while it runs and when it does not."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from sweep.config import SweepConfig, load_config
from sweep.driver import control
from sweep.errors import ConfigError, ResultsError, UsageError
from sweep.results.requests import Request, take_requests
from sweep.system.folder_lock import lock_folder

CONFIG = """
name: steered
data: {name: iris}
optimizers:
  sgd: {learning_rate: {log_uniform: [1.0e-3, 1.0]}}
  adam: {learning_rate: {log_uniform: [1.0e-4, 0.1]}}
search: {method: random, trials: 30, levels: {adam: 40}}
"""
GRID = """
name: steered
data: {name: iris}
optimizers: {sgd: {learning_rate: [0.1, 0.2]}}
"""
PLAN = {
    "arms": [{"id": name, "label": name, "setting": {"optimizer": name}} for name in ("sgd", "adam")],
    "trials": [{"id": f"{arm[0]}{seed}", "arm": arm, "seed": seed} for arm in ("sgd", "adam") for seed in (0, 1)],
}
KINDS = frozenset(("cancel", "pause", "resume", "workers", "limits", "extend"))


@pytest.fixture
def place(tmp_path):
    """A results folder, whose sweep can be begun, and what was asked of it."""
    folder = tmp_path / "steered-01234567"
    folder.mkdir()
    (folder / "plan.json").write_text(json.dumps(PLAN))
    (folder / "config.yaml").write_text(CONFIG)
    locks = []
    yield SimpleNamespace(
        root=tmp_path,
        folder=folder,
        begin=lambda: locks.append(lock_folder(folder)),
        end=lambda: locks.pop().release(),
        asked=lambda: take_requests(folder, KINDS),
        write=(folder / "config.yaml").write_text,
    )
    for lock in locks:
        lock.release()


# Ending trials.


def test_a_running_sweep_is_asked_to_cancel_trials_by_the_beginnings_of_their_ids(place):
    place.begin()
    assert control.cancel("steered", place.root, ["s0", "a1"]) == "cancelling s0, a1"
    assert place.asked() == [Request("cancel", {"trials": ["s0", "a1"]})]


def test_a_level_is_cancelled_as_a_whole(place):
    place.begin()
    assert control.cancel("steered", place.root, ["s0"], "adam") == "cancelling s0, all of adam"
    assert place.asked() == [Request("cancel", {"trials": ["s0"], "levels": ["adam"]})]


def test_what_is_cancelled_of_a_sweep_that_does_not_run_waits_for_its_next_start(place):
    said = control.cancel("steered", place.root, level="adam")
    assert said == f"all of adam will be cancelled when {place.folder} is run again"
    assert place.asked() == [Request("cancel", {"trials": [], "levels": ["adam"]})]


@pytest.mark.parametrize(
    ("trials", "level", "rule"),
    [
        (["x"], None, "`--trial` must be the id of one trial. Received: x; `"),
        (["s"], None, "`--trial` must be the id of one trial. Received: s; 2 trials begin with that."),
        ([], "lion", "`--level` must be a level of `optimizer`. Received: lion. Give one of adam, sgd."),
    ],
)
def test_a_trial_or_level_that_the_sweep_does_not_have_is_refused_and_nothing_is_asked(place, trials, level, rule):
    with pytest.raises(ResultsError, match=f"^{re.escape(rule)}"):
        control.cancel("steered", place.root, trials, level)
    assert place.asked() == []


def test_a_sweep_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ResultsError, match=r"^`sweep stop` needs the folder or the name of a sweep that has run"):
        control.cancel("none", tmp_path, ["a"])


# Pausing and going on.


def test_a_running_sweep_pauses_and_goes_on(place):
    place.begin()
    assert (
        control.pause("steered", place.root) == f"pausing {place.folder}: trials write a checkpoint after their epoch"
    )
    assert control.resume("steered", place.root) == f"{place.folder} goes on"
    assert place.asked() == [Request("pause"), Request("resume")]


def test_a_sweep_that_does_not_run_cannot_pause(place):
    message = r"^`sweep pause` needs a sweep that runs\. Received: .* `.*sweep resume steered`\.$"
    with pytest.raises(ResultsError, match=message):
        control.pause("steered", place.root)
    assert place.asked() == []


def test_a_sweep_that_does_not_run_is_run_again_with_its_configuration(place):
    found = control.resume("steered", place.root)
    assert isinstance(found, SweepConfig)
    assert (found.name, found.search.trials) == ("steered", 30)
    assert place.asked() == []


def test_a_pause_that_came_too_late_does_not_hold_the_next_start(place):
    place.begin()
    control.pause("steered", place.root)
    control.set_value("steered", place.root, "limits.trials=9")
    # The sweep ends before it has read them.
    place.end()
    assert isinstance(control.resume("steered", place.root), SweepConfig)
    assert [one.kind for one in place.asked()] == ["limits"]


# Changing values.


@pytest.mark.parametrize(
    ("assignment", "request_"),
    [
        ("resources.workers=4", Request("workers", {"workers": 4})),
        ("limits.trials=500", Request("limits", {"trials": 500})),
        ("limits.minutes=2.5", Request("limits", {"minutes": 2.5})),
        ("limits.trials=null", Request("limits", {"trials": None})),
        ("limits.target=true", Request("limits", {"target": True})),
    ],
)
def test_a_running_sweep_takes_workers_and_limits(place, assignment, request_):
    place.begin()
    place.write(CONFIG + "trainer: {target: 0.1}\n")
    assert control.set_value("steered", place.root, assignment) == f"{place.folder} takes {assignment}"
    assert place.asked() == [request_]


@pytest.mark.parametrize(
    ("assignment", "kind", "rule"),
    [
        ("trainer.epochs=4", UsageError, "`sweep set` changes one of resources.workers, limits.trials, "),
        ("resources.workers", UsageError, "`sweep set` changes one of "),
        ("limits.tirals=4", UsageError, "`sweep set` changes one of "),
        ("resources.workers=auto", UsageError, "`resources.workers` must be a number for a running sweep."),
        ("resources.workers=0", ConfigError, "`resources.workers` must be"),
        ("limits.failure_rate=2", ConfigError, "`limits.failure_rate` must be"),
    ],
)
def test_what_a_running_sweep_does_not_take_is_refused(place, assignment, kind, rule):
    place.begin()
    with pytest.raises(kind) as refused:
        control.set_value("steered", place.root, assignment)
    assert rule in str(refused.value)
    assert place.asked() == []


def test_a_sweep_that_does_not_run_takes_no_value(place):
    with pytest.raises(ResultsError, match=r"^`sweep set` needs a sweep that runs"):
        control.set_value("steered", place.root, "resources.workers=4")


# Growing.


@pytest.mark.parametrize(("trials", "count", "adam"), [("+50", 80, 90), ("80", 80, 40), ("+1", 31, 41)])
def test_a_sweep_that_has_ended_is_run_with_more_settings_of_each_level(place, trials, count, adam):
    grown = control.extend("steered", place.root, trials)
    assert (grown.search.trials, grown.search.levels) == (count, {"adam": adam})
    assert place.asked() == []


def test_a_running_sweep_is_asked_to_grow(place):
    place.begin()
    said = control.extend("steered", place.root, "+50")
    assert said == f"{place.folder} goes on to 80 settings of each level once its present ones have ended"
    control.extend("steered", place.root, "90")
    asked = place.asked()
    assert asked == [Request("extend", {"more": 50}), Request("extend", {"trials": 90})]
    grown = control.extended(load_config(place.folder / "config.yaml"), asked)
    assert (grown.search.trials, grown.search.levels) == (90, {"adam": 90})


@pytest.mark.parametrize("trials", ["0", "+0", "-5", "many", "", "1.5", "+"])
def test_what_is_no_number_of_settings_is_refused(place, trials):
    with pytest.raises(UsageError, match=r"^`--trials` must be a number of settings\. .* Give such as \+50\.$"):
        control.extend("steered", place.root, trials)


@pytest.mark.parametrize("trials", ["30", "12"])
def test_a_sweep_does_not_shrink(place, trials):
    with pytest.raises(UsageError, match=r"^`--trials` must be more than the 30 settings of now\."):
        control.extend("steered", place.root, trials)


def test_a_grid_has_no_number_of_settings_to_grow(place):
    place.write(GRID)
    with pytest.raises(UsageError, match=r"needs a search with a number of settings.* Received: grid\."):
        control.extend("steered", place.root, "+5")


def test_two_requests_for_more_add_up_and_a_smaller_number_changes_nothing():
    config = SweepConfig.model_validate(
        {
            "data": {"name": "iris"},
            "optimizers": {"sgd": {"learning_rate": {"uniform": [0.1, 1]}}},
            "search": {"method": "random", "trials": 10},
        }
    )
    requests = [Request("extend", {"more": 5}), Request("extend", {"trials": 12}), Request("extend", {"more": 2})]
    assert control.extended(config, requests).search.trials == 17
