"""The views that the dashboard is given."""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib

import pytest

from sweep.tracking.description import describe
from sweep.tracking.trial_runs import trial_run
from sweep.tracking.views import NOTHING_SEEN, saved_views


@pytest.fixture
def seen(make_result):
    results = [
        make_result(optimizer, rate, seed) for optimizer in ("sgd", "adam") for rate in (0.1, 1) for seed in (0, 1)
    ]
    return NOTHING_SEEN.add(trial_run(result, "val_accuracy", "max") for result in results)


def state(tags, kind):
    envelope = json.loads(tags[f"mlflow.sharedViewState.quickstart-{kind}"])
    assert envelope["name"].startswith(f"quickstart: {kind}")
    header, _, body = envelope["state"].partition(";")
    assert header == "deflate"
    return json.loads(zlib.decompress(base64.b64decode(body)))


def test_what_differs_between_trials_is_seen(seen):
    assert set(seen.varied) == {"optimizer", "learning_rate", "beta1", "seed"}
    assert "beta1" in seen.partial
    assert seen.arms == ("sgd lr=0.1", "sgd lr=1", "adam lr=0.1", "adam lr=1")


def test_the_trials_are_filtered_by_their_parent_and_sorted_best_first(record, seen):
    view = state(saved_views(record, "p123", seen), "trials")
    assert view["searchFilter"] == 'tags."mlflow.parentRunId" = "p123" and tags.kind = "trial"'
    assert (view["orderByKey"], view["orderByAsc"]) == ("metrics.`final_val_accuracy`", False)
    smaller = dataclasses.replace(record, metric="val_loss", mode="min", by="best")
    view = state(saved_views(smaller, "p123", seen), "trials")
    assert (view["orderByKey"], view["orderByAsc"]) == ("metrics.`best_val_loss`", True)


@pytest.mark.parametrize("by", ["final", "best"])
def test_every_view_is_ordered_by_what_ranks(record, seen, by):
    tags = saved_views(dataclasses.replace(record, by=by), "p123", seen)
    other = {"final": "best", "best": "final"}[by]
    for kind in ("trials", "settings"):
        view = state(tags, kind)
        assert (view["orderByKey"], view["orderByAsc"]) == (f"metrics.`{by}_val_accuracy`", False)
    for kind in ("arms", "optimizers"):
        view = state(tags, kind)
        # The rank is the leaderboard's own, which knows of diverged seeds.
        assert (view["orderByKey"], view["orderByAsc"]) == ("metrics.`rank`", True)
        assert f"metrics.`{by}_val_accuracy_mean`" in view["selectedColumns"]
        assert f"{other}_val_accuracy" not in str(view["selectedColumns"])
    assert state(tags, "arms")["searchFilter"].endswith('tags.kind != "trial"')
    assert state(tags, "optimizers")["searchFilter"].endswith('tags.best_of_optimizer != "no"')


def test_the_seeds_of_a_setting_are_one_folded_group(record, seen):
    view = state(saved_views(record, "p123", seen), "settings")
    assert view["groupBy"] == {"aggregateFunction": "average", "groupByKeys": [{"mode": "tag", "groupByData": "arm"}]}
    assert view["groupsExpanded"]["tag.arm.sgd lr=0.1"] is False


def test_an_average_over_the_seeds_that_ended_is_said_to_be_one(record, seen):
    tags = saved_views(record, "p123", seen)
    averaged = {kind for kind in ("trials", "optimizers", "settings", "arms") if state(tags, kind)["groupBy"]}
    assert averaged == {"settings"}
    envelope = json.loads(tags["mlflow.sharedViewState.quickstart-settings"])
    assert "(ended seeds)" in envelope["name"]
    assert "averages the seeds that ended alone" in describe(record)


def test_parallel_coordinates_use_only_parameters_that_every_optimizer_has(record, seen):
    # The dashboard drops a run whose value is text on an axis of numbers.
    cards = state(saved_views(record, "p123", seen), "trials")["compareRunCharts"]
    (parallel,) = [card for card in cards if card["type"] == "PARALLEL"]
    assert parallel["selectedParams"] == ["optimizer", "learning_rate"]


def test_views_of_thousands_of_arms_fit_into_their_tags(record, seen):
    many = dataclasses.replace(seen, arms=tuple(f"adam lr={i * 7919 % 10007}" for i in range(5000)))
    tags = saved_views(record, "p123", many)
    assert max(len(value) for value in tags.values()) <= 5000
    assert state(tags, "settings")["groupsExpanded"] == {}


def test_no_view_shows_results_as_bars_which_begin_at_zero(record, seen):
    tags = saved_views(record, "p123", seen)
    kinds = ("trials", "optimizers", "settings", "arms")
    cards = [card for kind in kinds for card in state(tags, kind)["compareRunCharts"]]
    assert "BAR" not in {card["type"] for card in cards}
    points = [card for card in cards if card["type"] == "SCATTER"]
    assert {card["yaxis"]["type"] for card in points} == {"METRIC"}


@pytest.fixture
def own(record):
    """A sweep over a training of the user's own, of which some settings lack a width."""
    keys = ("model.kind", "model.width")
    return dataclasses.replace(record, keys=keys, grouped_by="model.kind", is_own=True)


def own_views(own, make_result, *settings):
    results = [make_result(seed=number) for number in range(len(settings))]
    runs = []
    for result, setting in zip(results, settings, strict=True):
        arm = dataclasses.replace(result.trial.arm, setting=setting)
        result = dataclasses.replace(result, trial=dataclasses.replace(result.trial, arm=arm))
        runs.append(trial_run(result, "val_accuracy", "max", keys=own.keys, is_own=True))
    return saved_views(own, "p123", NOTHING_SEEN.add(runs))


def test_views_of_the_users_own_training_name_its_hyperparameters_alone(own, make_result):
    tags = own_views(own, make_result, {"model.kind": "tree"}, {"model.kind": "net", "model.width": 8})
    assert {tag.rpartition("-")[2] for tag in tags} == {"trials", "levels", "settings", "arms"}
    assert state(tags, "levels")["searchFilter"].endswith('tags.best_of_level != "no"')
    cards = [card for kind in ("trials", "levels") for card in state(tags, kind)["compareRunCharts"]]
    shown = [card for card in cards if not card["deleted"]]
    assert {card["xaxis"]["key"] for card in shown if card["type"] == "SCATTER"} == {
        "model.kind",
        "model.width",
        "target_steps_median",
    }
    # A run that lacks the width has text on its axis, which the dashboard would drop.
    (parallel,) = [card for card in shown if card["type"] == "PARALLEL"]
    assert parallel["selectedParams"] == ["model.kind"]
    assert "params.`model.width`" in state(tags, "arms")["selectedColumns"]
    assert "optimizer" not in str(shown)


def test_without_a_compared_factor_there_is_no_view_of_its_levels(own, make_result):
    alone = dataclasses.replace(own, grouped_by="")
    tags = own_views(alone, make_result, {"model.kind": "tree", "model.width": 8})
    assert {tag.rpartition("-")[2] for tag in tags} == {"trials", "settings", "arms"}
