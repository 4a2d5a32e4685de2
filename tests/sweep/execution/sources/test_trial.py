"""A trial as a user's function sees it: its setting and streams, its reports, its end and its saved state."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from sweep.execution.sources import report_pace as pace
from sweep.execution.sources import trial as module
from sweep.execution.sources.assignment import CHECKPOINT, Assignment
from sweep.execution.sources.state import StateError, read_facts, read_state
from sweep.execution.sources.trial import Trial, TrialStopped
from sweep.reporting import ReportError
from trainers.seeding import STREAMS, generator


@pytest.fixture
def make(tmp_path):
    """Create a trial, and the list that its reports go to."""
    (tmp_path / "t").mkdir()

    def trial(should_stop=lambda: False, **changes):
        rows = []
        facts = {
            "trial_id": "t",
            "setting": {"learning_rate": 0.1},
            "seed": 3,
            "epochs": 5,
            "folder": str(tmp_path / "t"),
            "device": "cpu",
            "metric": "val_loss",
            "mode": "min",
        }
        return Trial(Assignment(**{**facts, **changes}), rows.append, should_stop), rows

    return trial


def test_a_trial_knows_its_setting_and_cannot_change_it(make):
    trial, _ = make()
    assert (trial.id, trial.seed, trial.epochs, trial.device) == ("t", 3, 5, "cpu")
    assert dict(trial.setting) == {"learning_rate": 0.1}
    with pytest.raises(TypeError):
        trial.setting["learning_rate"] = 1.0


def test_the_number_of_epochs_is_asked_for_in_vain_where_there_is_none(make):
    trial, _ = make(epochs=None)
    with pytest.raises(ReportError, match=r"^`trainer\.epochs` is needed, .* Give such as 20\.$"):
        _ = trial.epochs


def test_its_folder_is_there_and_its_own(make, tmp_path):
    trial, _ = make()
    assert trial.folder.is_dir()
    assert trial.folder.is_relative_to(tmp_path / "t")
    assert not any(trial.folder.iterdir())


# Streams of random numbers.


def draws(trial, stream):
    return trial.generator(stream).integers(2**62, size=4).tolist()


def test_a_stream_is_the_same_for_every_setting_of_a_seed_and_each_time_it_is_asked_for(make):
    one, other = make()[0], make(setting={"learning_rate": 9}, trial_id="u")[0]
    assert draws(one, "augment") == draws(other, "augment") == draws(one, "augment")


def test_streams_of_other_names_and_seeds_differ(make):
    # The second and third name have the same CRC-32.
    names = ["augment", "plumless", "buckeroo", "", "a", "aa"]
    found = [draws(make(seed=seed)[0], name) for seed in (0, 1, 2**40) for name in names]
    assert len({tuple(drawn) for drawn in found}) == len(found)


def test_no_stream_is_one_of_our_own_trainers(make):
    ours = {tuple(generator(3, stream).integers(2**62, size=4).tolist()) for stream in STREAMS}
    names = [*STREAMS, "0", "1", "2", ""]
    assert ours.isdisjoint({tuple(draws(make()[0], name)) for name in names})


# Reports.


def test_a_report_has_its_epoch_its_step_its_metrics_and_the_seconds_so_far(make):
    trial, rows = make()
    trial.report(val_loss=0.5, val_f1=np.float32(0.25))
    trial.report(val_loss=0.4, epoch=4, step=np.int64(40))
    trial.report(val_loss=0.3)
    assert [row[:3] for row in rows] == [
        (1, None, {"val_loss": 0.5, "val_f1": 0.25}),
        (4, 40, {"val_loss": 0.4}),
        (5, None, {"val_loss": 0.3}),
    ]
    seconds = [row[3] for row in rows]
    assert seconds == sorted(seconds)
    assert seconds[0] >= 0
    assert (trial.reported, trial.names) == (3, ["val_f1", "val_loss"])


def test_metrics_may_have_the_name_of_anything_in_python(make):
    trial, rows = make()
    trial.report(**{"self": 1, "val/f1": 2, "name": 3, "class": 4})
    assert set(rows[0][2]) == {"self", "val/f1", "name", "class"}


@pytest.mark.parametrize("epoch", [2, 1, 0])
def test_an_epoch_that_does_not_rise_is_refused(make, epoch):
    trial, _ = make()
    trial.report(val_loss=1, epoch=2)
    with pytest.raises(ReportError, match=rf"^`epoch` must rise .*, and was 2\. Received: {epoch}\. Report all"):
        trial.report(val_loss=1, epoch=epoch)


@pytest.mark.parametrize(("key", "value"), [("epoch", 1.5), ("epoch", "2"), ("step", math.nan), ("epoch", -1)])
def test_an_epoch_or_step_that_is_no_count_is_refused(make, key, value):
    trial, rows = make()
    with pytest.raises(ReportError, match=rf"^`{key}` must be a whole number"):
        trial.report(val_loss=1, **{key: value})
    assert rows == []


def test_a_report_without_a_metric_is_refused(make):
    trial, _ = make()
    with pytest.raises(ReportError, match=r"^a report must have a metric or more\. Received: none\."):
        trial.report(epoch=3)


def test_what_is_no_number_is_refused_and_named(make):
    trial, rows = make()
    with pytest.raises(ReportError, match=r"^the metric `val_f1` must be a number\. Received: str, 'high'"):
        trial.report(val_loss=0.1, val_f1="high")
    assert rows == []


def test_each_report_may_have_other_metrics(make):
    trial, rows = make()
    for number in range(3):
        trial.report(**{f"m{number}": number})
    assert [list(row[2]) for row in rows] == [["m0"], ["m1"], ["m2"]]


# Reports that come too fast.


def test_reports_up_to_a_thousand_are_all_kept_however_fast(make):
    trial, rows = make()
    for _ in range(pace.BURST):
        trial.report(val_loss=1)
    trial.close()
    assert (len(rows), trial.ending.dropped) == (1000, 0)


def test_more_are_thinned_and_counted_and_the_last_is_kept(make, monkeypatch):
    clock = iter(range(10**9))
    # The clock is read at the start, and then for each report's seconds and for the thinning: 10,000 reports a second.
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock) * 0.00005)
    trial, rows = make()
    for number in range(1, 11_001):
        trial.report(val_loss=number)
    trial.close()
    # A hundred a second after the first thousand.
    assert 1080 <= len(rows) <= 1120
    assert rows[-1][2] == {"val_loss": 11_000}
    assert len(rows) + trial.ending.dropped == 11_000
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})


def test_the_last_finite_report_before_a_divergence_is_kept(make):
    trial, rows = make()
    for number in range(1, pace.BURST + 4):
        trial.report(val_loss=number)
    with pytest.raises(TrialStopped):
        trial.report(val_loss=math.nan)
    trial.close()
    assert rows[-1][2] == {"val_loss": pace.BURST + 3}


# The end of a trial.


def test_a_trial_that_is_to_stop_stops_at_each_report(make):
    told = []
    trial, rows = make(should_stop=lambda: bool(told))
    trial.report(val_loss=1)
    told.append(True)
    for _ in range(3):
        try:
            trial.report(val_loss=1)
        except Exception:
            pytest.fail("an ordinary handler takes the stop")
        except TrialStopped:
            continue
        pytest.fail("a report after the stop returns")
    assert (len(rows), trial.ending.status) == (1, "STOPPED")


@pytest.mark.parametrize(
    ("mode", "values", "reached"), [("min", [0.5, 0.21, 0.2], 3), ("max", [0.1, 0.3], 2), ("min", [0.1], 1)]
)
def test_a_trial_stops_at_its_target_with_that_report(make, mode, values, reached):
    trial, rows = make(mode=mode, stop_at=0.2)
    for value in values[:-1]:
        trial.report(val_loss=value, val_f1=0.0)
    with pytest.raises(TrialStopped):
        trial.report(val_loss=values[-1], val_f1=0.0)
    assert (len(rows), trial.ending.status) == (reached, "STOPPED")


def test_a_report_without_the_metric_does_not_reach_the_target(make):
    trial, _ = make(stop_at=0.2)
    trial.report(val_f1=0.0)
    assert trial.ending.status == "COMPLETED"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
@pytest.mark.parametrize("name", ["val_loss", "train/loss"])
def test_the_metric_that_decides_or_a_loss_that_is_not_finite_ends_the_trial(make, name, value):
    trial, rows = make()
    trial.report(val_loss=0.7)
    with pytest.raises(TrialStopped):
        trial.report(**{name: value}, step=64)
    with pytest.raises(TrialStopped):
        trial.report(val_loss=0.1)
    ending = trial.ending
    assert (ending.status, ending.step, ending.last_finite_loss, len(rows)) == ("DIVERGED", 64, 0.7, 1)


def test_without_a_step_a_divergence_has_its_epoch(make):
    trial, _ = make(metric="val_f1", mode="max")
    trial.report(val_f1=0.7)
    with pytest.raises(TrialStopped):
        trial.report(val_f1=math.nan)
    assert (trial.ending.step, trial.ending.last_finite_loss) == (2, None)


def test_another_metric_that_is_not_finite_is_a_missing_value(make):
    trial, rows = make()
    trial.report(val_loss=0.5, val_f1=math.inf, lossless=math.nan)
    assert trial.ending.status == "COMPLETED"
    assert len(rows) == 1
    assert rows[0][2]["val_loss"] == 0.5


def test_fingerprints_are_kept_by_their_names(make):
    trial, _ = make()
    trial.fingerprint("split", np.arange(3))
    trial.fingerprint("init", np.arange(4))
    assert set(trial.ending.fingerprints) == {"split", "init"}
    assert len(set(trial.ending.fingerprints.values())) == 2


# The saved state.


def test_nothing_is_restored_where_a_trial_begins(make):
    assert make()[0].restore() is None


def test_a_state_is_kept_with_the_report_that_follows_it(make, tmp_path):
    trial, _ = make(weights="last")
    trial.save({"w": np.ones(2)})
    assert not (tmp_path / "t" / CHECKPOINT).exists()
    trial.report(val_loss=0.5, step=10)
    trial.report(val_loss=0.4, step=20)
    facts = read_facts(tmp_path / "t" / CHECKPOINT)
    assert (facts["epoch"], facts["trial_id"]) == (1, "t")
    assert [row[:3] for row in facts["rows"]] == [[1, 10, {"val_loss": 0.5}]]


@pytest.mark.parametrize(
    ("weights", "mode", "kept"), [("last", "min", 4), ("best", "min", 2), ("best", "max", 3), ("none", "min", None)]
)
def test_the_last_or_the_best_state_is_kept(make, tmp_path, weights, mode, kept):
    trial, _ = make(weights=weights, mode=mode)
    for epoch, value in enumerate([0.5, 0.2, 0.9, 0.2], 1):
        trial.save(epoch)
        trial.report(val_loss=value)
    path = tmp_path / "t" / CHECKPOINT
    assert (read_state(path) if path.exists() else None) == kept


def test_a_state_that_cannot_be_kept_is_refused_even_where_none_is_kept(make):
    with pytest.raises(StateError, match=r"Received: object in state\['x'\]"):
        make()[0].save({"x": object()})


def resumed(make, values=(0.5, 0.4), **changes):
    """A trial that goes on from the last of some reports, each with its epoch as state."""
    first, _ = make(weights="last")
    for epoch, value in enumerate(values, 1):
        first.save(epoch)
        first.report(val_loss=value)
    return make(resumed_epoch=len(values), **{"weights": "last", **changes})


def test_a_trial_goes_on_from_its_state_and_counts_on(make, tmp_path):
    trial, rows = resumed(make)
    assert trial.restore() == 2
    trial.save(3)
    trial.report(val_loss=0.3)
    assert rows[0][0] == 3
    facts = read_facts(tmp_path / "t" / CHECKPOINT)
    assert [row[0] for row in facts["rows"]] == [1, 2, 3]
    seconds = [row[3] for row in facts["rows"]]
    assert seconds == sorted(seconds)


def test_a_trial_that_goes_on_cannot_repeat_an_epoch(make):
    trial, _ = resumed(make)
    with pytest.raises(ReportError, match=r"and was 2\. Received: 2\."):
        trial.report(val_loss=0.1, epoch=2)


def test_the_best_state_so_far_stays_where_a_trial_goes_on(make, tmp_path):
    trial, _ = resumed(make, values=(0.5, 0.1), weights="best")
    trial.save("worse")
    trial.report(val_loss=0.3)
    assert read_state(tmp_path / "t" / CHECKPOINT) == 2
    trial.save("better")
    trial.report(val_loss=0.05)
    assert read_state(tmp_path / "t" / CHECKPOINT) == "better"


def test_a_damaged_state_is_one_sentence(make, tmp_path):
    trial, _ = resumed(make)
    path = tmp_path / "t" / CHECKPOINT
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StateError, match=r"must be a state that `trial\.save` wrote .* Run with --fresh\.$"):
        trial.restore()


def test_a_state_is_kept_with_all_reports_up_to_it_also_those_that_came_too_fast(make, tmp_path):
    trial, rows = make(weights="last")
    for number in range(1, pace.BURST + 6):
        if number > pace.BURST:
            trial.save(number)
        trial.report(val_loss=number)
    facts = read_facts(tmp_path / "t" / CHECKPOINT)
    assert facts["epoch"] == facts["rows"][-1][0] == pace.BURST + 5
    assert json.loads(json.dumps(rows)) == facts["rows"]


def test_after_its_end_a_trial_takes_no_report(make):
    trial, rows = make()
    trial.report(val_loss=1)
    trial.close()
    with pytest.raises(TrialStopped):
        trial.report(val_loss=2)
    assert (len(rows), trial.ending.status) == (1, "COMPLETED")
