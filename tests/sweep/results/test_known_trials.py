"""Trials that another results folder of the same root holds are found, the newest first, and nothing else is."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import replace

import pytest

from sweep.planning.metric_demand import SCHEDULER_TAG, MetricDemand
from sweep.results import ResultsFolder
from sweep.results.known_trials import TAKEN_TAG, find_finished, is_finished, other_folders, trial_folders

from .conftest import make_plan, make_result


def hashed(number: int) -> str:
    """An id as trials have it: 12 hexadecimal digits."""
    return f"{number:012x}"


@pytest.fixture
def wanted():
    """A plan of four trials with ids of the usual form."""
    plan = make_plan([{"optimizer": "sgd"}, {"optimizer": "adam"}])
    trials = tuple(replace(trial, id=hashed(number), lineage=f"l{number}") for number, trial in enumerate(plan.trials))
    return replace(plan, trials=trials)


def store(root, plan, name, results, time):
    """A results folder with results, last changed at a time."""
    with ResultsFolder(root, replace(plan, name=name)) as folder:
        folder.append(results)
    os.utime(folder.path, (time, time))
    return folder.path


def test_the_results_of_the_newest_folder_are_taken_and_say_where_they_come_from(tmp_path, wanted):
    first, second, third, _ = wanted.trials
    own = store(tmp_path, wanted, "own", [make_result(third, [0.1])], 400)
    old = store(tmp_path, wanted, "old", [make_result(first, [0.5]), make_result(second, [0.6])], 100)
    new = store(tmp_path, wanted, "new", [make_result(first, [0.7], tags={"node": "a"})], 200)
    found = find_finished(tmp_path, own, wanted.trials)
    assert [(one.trial.id, one.epochs["val_loss"].tolist()) for one in found] == [(first.id, [0.7]), (second.id, [0.6])]
    assert [one.tags for one in found] == [{"node": "a", TAKEN_TAG: new.name}, {TAKEN_TAG: old.name}]


def test_only_what_has_ended_well_or_diverged_is_taken(tmp_path, wanted):
    statuses = ["COMPLETED", "FAILED", "DIVERGED", "STOPPED"]
    results = [make_result(trial, [0.5], status) for trial, status in zip(wanted.trials, statuses, strict=True)]
    store(tmp_path, wanted, "other", results, 100)
    found = find_finished(tmp_path, tmp_path / "own", wanted.trials)
    assert [one.status for one in found] == ["COMPLETED", "DIVERGED", "STOPPED"]


@pytest.mark.parametrize("status", ["PRUNED", "CANCELLED", "PAUSED"])
def test_what_another_sweep_has_ended_early_is_trained_here(tmp_path, wanted, status):
    store(tmp_path, wanted, "other", [make_result(wanted.trials[0], [0.5], status)], 100)
    assert find_finished(tmp_path, tmp_path / "own", wanted.trials, MetricDemand(scheduler="asha")) == []


@pytest.mark.parametrize(
    ("status", "scheduler", "finished"),
    [
        ("COMPLETED", "", True),
        ("PRUNED", "", False),
        ("PRUNED", "asha", True),
        ("PRUNED", "median", False),
        ("CANCELLED", "", True),
        ("PAUSED", "asha", False),
        ("FAILED", "asha", False),
    ],
)
def test_a_pruned_trial_is_finished_for_the_scheduler_that_pruned_it(tmp_path, wanted, status, scheduler, finished):
    plan = replace(wanted, demand=MetricDemand(scheduler=scheduler))
    result = make_result(wanted.trials[0], [0.5], status, tags={SCHEDULER_TAG: "asha"})
    assert is_finished(result, plan.demand) is finished
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([result])
        assert folder.finished_trial_ids() == ({wanted.trials[0].id} if finished else set())


def header(version: int) -> bytes:
    """The beginning of a log: its name, its version and their CRC-32."""
    start = struct.pack("<8sI", b"SWEEPLOG", version)
    return start + struct.pack("<I", zlib.crc32(start))


@pytest.mark.parametrize("damage", ["newer", "noise", "not a file", "unreadable"])
def test_a_log_that_cannot_be_read_is_passed_over(tmp_path, wanted, damage):
    first, second, *_ = wanted.trials
    results = [make_result(first, [0.5]), make_result(second, [0.6])]
    folder = store(tmp_path, wanted, "damaged", results, 200)
    whole = store(tmp_path, wanted, "whole", results[:1], 100)
    (log,) = (folder / "events").glob("*.log")
    content = log.read_bytes()
    if damage == "not a file":
        log.unlink()
        log.mkdir()
    elif damage == "unreadable":
        if os.geteuid() == 0:
            pytest.skip("the administrator reads everything")
        log.chmod(0)
    else:
        names = f'"{first.id}" "{second.id}"'.encode()
        log.write_bytes(header(99) + content[16:] if damage == "newer" else content[:16] + b"x" * 90 + names)
    found = find_finished(tmp_path, tmp_path / "own", wanted.trials)
    assert [one.tags[TAKEN_TAG] for one in found] == [whole.name]


def test_what_is_whole_of_a_damaged_log_is_taken(tmp_path, wanted):
    first, second, *_ = wanted.trials
    with ResultsFolder(tmp_path, replace(wanted, name="cut")) as folder:
        folder.append([make_result(first, [0.5])])
        folder.append([make_result(second, [0.6])])
    (log,) = (folder.path / "events").glob("*.log")
    log.write_bytes(log.read_bytes()[:-9])
    assert [one.trial for one in find_finished(tmp_path, tmp_path / "own", wanted.trials)] == [first]


def test_other_folders_are_the_newest_first_without_the_own_and_without_what_is_no_sweep(tmp_path, wanted):
    own = store(tmp_path, wanted, "own", [make_result(wanted.trials[0], [0.5])], 300)
    paths = [store(tmp_path, wanted, name, [], time) for name, time in (("a", 100), ("b", 200))]
    for path in paths:
        (path / "events").mkdir()
        os.utime(path, (100 if path is paths[0] else 200,) * 2)
    (tmp_path / "notes").mkdir()
    assert other_folders(tmp_path, own) == paths[::-1]
    assert other_folders(tmp_path / "none", own) == []


def test_the_folder_of_a_lineage_is_that_of_the_sweep_or_else_of_the_newest_other(tmp_path, wanted):
    own, old, new = (tmp_path / name for name in ("own", "old", "new"))
    for place, time in ((own, 300), (old, 100), (new, 200)):
        (place / "events").mkdir(parents=True)
        (place / "trials" / "l0").mkdir(parents=True)
        os.utime(place, (time, time))
    assert trial_folders(tmp_path, own, "state") == {}
    for place in (old, new, own):
        (place / "trials" / "l0" / "state").touch()
        assert trial_folders(tmp_path, own, "state") == {"l0": place / "trials" / "l0"}
