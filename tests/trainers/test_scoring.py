"""The metrics that are asked are those of the predictions after the epoch, on every backend and in any pack."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score, mean_absolute_error, roc_auc_score

from trainers import scoring
from trainers.checkpoint import split_state
from trainers.data import DatasetShape, DataSource, Split, load
from trainers.data.split import split_indices
from trainers.errors import UserCodeError
from trainers.loop import EpochMetrics, train
from trainers.metrics import AskedMetrics
from trainers.networks.numpy_tile import NumpyTile
from trainers.pack import ModuleSpec, NetworkSpec, Pack, Target, TrialSpec
from trainers.prediction import describe, predict
from trainers.seeding import generator
from trainers.session import split_of

MODULES = """
from torch import nn

def stacked():
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 3))

def normalised():
    return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 3))
"""
OWN = """
def first(targets, outputs):
    return float(outputs[0].max())

def fails(targets, outputs):
    return 1 / 0

def choosy(targets, outputs):
    # The slow trial has learned nothing after two epochs of four steps.
    if (outputs.argmax(axis=1) == targets).mean() < 0.5:
        raise ValueError("too bad")
    return 1.0
"""
OWN_NAMES = ("first", "choosy")
TRIALS = (
    TrialSpec("adam", {"learning_rate": 0.02}, seed=5),
    TrialSpec("adam", {"learning_rate": 0.001}, seed=5),
    TrialSpec("sgd", {"learning_rate": 0.1}, seed=2),
)
CLASSES = AskedMetrics(("val_f1_macro", "train_roc_auc_ovr", "train_f1_macro"))


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "networks_to_score.py").write_text(MODULES)
    (tmp_path / "metrics_to_score.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))


def pack_of(source: str, asked: AskedMetrics, **changed: Any) -> Pack:
    return replace(Pack(load(DataSource(source)), TRIALS, NetworkSpec((6,)), 32, epochs=3, asked=asked), **changed)


def last_of(pack: Pack) -> EpochMetrics:
    *_, last = train(pack, states="final")
    return last


def predicted(pack: Pack, last: EpochMetrics, trial: int, part: int) -> tuple[Any, Any]:
    """Targets and predictions of a trial on the training (0) or validation (1) part, by its weights."""
    assert last.state is not None
    seed = pack.trials[trial].seed
    network = describe(pack, split_of(pack, seed))
    assert network is not None
    state = split_state(last.state, pack)[trial]
    rows = split_indices(pack.data, pack.validation, generator(seed, "split"))[part]  # type: ignore[arg-type]
    return pack.data.targets[rows], predict(network, {**state.weights, **state.fixed}, pack.data.inputs[rows])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"dtype": "float64"},
        {"backend": "torch"},
        {"backend": "torch", "dtype": "bfloat16"},
        {"backend": "torch", "network": ModuleSpec("networks_to_score:stacked")},
        {"backend": "torch", "network": ModuleSpec("networks_to_score:normalised")},
    ],
    ids=str,
)
def test_they_are_of_the_predictions_of_the_kept_weights(changed: dict[str, Any]) -> None:
    if "backend" in changed:
        pytest.importorskip("torch")
    pack = pack_of("iris", CLASSES, **changed)
    last = last_of(pack)
    for trial in range(len(TRIALS)):
        targets, outputs = predicted(pack, last, trial, 1)
        assert last.values["val_f1_macro"][trial] == pytest.approx(
            f1_score(targets, outputs.argmax(axis=1), average="macro")
        )
        targets, outputs = predicted(pack, last, trial, 0)
        expected = roc_auc_score(targets, outputs, multi_class="ovr")
        assert last.values["train_roc_auc_ovr"][trial] == pytest.approx(expected, abs=1e-3)


def test_errors_are_in_the_unit_of_the_data() -> None:
    pack = pack_of("diabetes", AskedMetrics(("val_mean_absolute_error", "val_root_mean_squared_error")))
    last = last_of(pack)
    for trial in range(len(TRIALS)):
        targets, outputs = predicted(pack, last, trial, 1)
        found = last.values["val_mean_absolute_error"][trial]
        assert found == pytest.approx(mean_absolute_error(targets, outputs), rel=1e-5)
        assert last.values["val_root_mean_squared_error"][trial] == pytest.approx(
            last.values["val_rmse"][trial], rel=1e-5
        )


def test_more_examples_than_are_measured_at_once_are_all_scored() -> None:
    pack = pack_of("digits", AskedMetrics(("train_f1_micro", "val_f1_micro")), epochs=2)
    last = last_of(pack)
    # The micro average of all classes is the accuracy.
    np.testing.assert_allclose(last.values["val_f1_micro"], last.values["val_accuracy"], rtol=1e-12)
    for trial in range(len(TRIALS)):
        targets, outputs = predicted(pack, last, trial, 0)
        assert last.values["train_f1_micro"][trial] == pytest.approx((targets == outputs.argmax(axis=1)).mean())


def test_asking_changes_no_other_number_and_adds_its_columns_at_the_end() -> None:
    plain, asked = (list(train(pack_of("iris", asked))) for asked in (AskedMetrics(), CLASSES))
    for before, after in zip(plain, asked, strict=True):
        assert tuple(after.values) == (*before.values, *CLASSES.names)
        for name, values in before.values.items():
            if name != "seconds":
                np.testing.assert_array_equal(values, after.values[name])


def test_a_trial_has_the_same_bits_alone_and_in_a_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = pack_of("iris", replace(CLASSES, names=(*CLASSES.names, "val_log_loss", "val_calibration_error")))
    together = list(train(pack))
    monkeypatch.setattr(scoring, "BLOCK_NUMBERS", 1)
    for trial, spec in enumerate(TRIALS):
        for one, all_of in zip(train(replace(pack, trials=(spec,))), together, strict=True):
            for name in pack.asked.names:
                assert one.values[name][0] == all_of.values[name][trial]


def test_they_are_computed_every_so_many_epochs_and_after_the_last() -> None:
    pack = pack_of("iris", AskedMetrics(("val_f1_macro",), every=3), epochs=8)
    has = [not np.isnan(metrics.values["val_f1_macro"]).any() for metrics in train(pack)]
    assert has == [False, False, True, False, False, True, False, True]


def test_a_trial_that_stops_at_a_target_has_them_at_its_end() -> None:
    target = Target("val_accuracy", "max", 0.5, stop=True)
    asked = AskedMetrics(("val_f1_macro",), every=100)
    stopped = {}
    for metrics in train(pack_of("iris", asked, epochs=40, target=target)):
        ended = {end.trial for end in metrics.ended if end.status == "STOPPED"}
        for trial, value in zip(metrics.trials.tolist(), metrics.values["val_f1_macro"], strict=True):
            assert np.isfinite(value) == (trial in ended or metrics.epoch == 40)
        stopped |= dict.fromkeys(ended, metrics.epoch)
    assert stopped


def test_a_target_of_an_asked_metric_stops_a_trial_where_it_is_computed() -> None:
    target = Target("val_f1_macro", "max", 0.0, stop=True)
    asked = AskedMetrics(("val_f1_macro",), every=2)
    epochs = list(train(pack_of("iris", asked, epochs=9, target=target)))
    assert [(metrics.epoch, len(metrics.ended)) for metrics in epochs] == [(1, 0), (2, 3)]


def test_a_target_of_a_metric_that_is_not_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="val_f1_macro"):
        pack_of("iris", AskedMetrics(), target=Target("val_f1_macro", "max", 0.5))


def test_a_metric_of_another_task_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must be of metrics that suit the task multiclass. Received: 'val_f1'"):
        pack_of("iris", AskedMetrics(("val_f1",)))


def test_a_metric_that_is_undefined_on_the_part_is_missing_and_the_trial_completes() -> None:
    x, y = np.linspace(-1, 1, 12, dtype=np.float32)[:, None], np.arange(12) % 2
    split = Split(x[:8], y[:8], x[8:], np.zeros(4, np.int64))
    asked = AskedMetrics(("val_roc_auc", "train_roc_auc"))
    pack = Pack(split, TRIALS, epochs=2, shape=DatasetShape(12, 1, 1, "binary"), asked=asked)
    last = last_of(pack)
    assert np.isnan(last.values["val_roc_auc"]).all()
    assert np.isfinite(last.values["train_roc_auc"]).all()
    assert {end.status for end in last.ended} == {"COMPLETED"}


def test_outputs_that_are_not_finite_have_no_metric_and_their_mates_have(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = NumpyTile.outputs

    def broken(tile: NumpyTile, part: Any) -> Any:
        found = outputs(tile, part)
        found[tile.trials.index(0), 3] = np.inf
        return found

    pack = pack_of("iris", AskedMetrics(("val_f1_macro",)), epochs=1)
    expected = last_of(pack).values["val_f1_macro"]
    monkeypatch.setattr(NumpyTile, "outputs", broken)
    found = last_of(pack).values["val_f1_macro"]
    assert math.isnan(found[0])
    assert found[1:].tolist() == expected[1:].tolist()


def test_own_metrics_receive_what_a_model_predicts() -> None:
    pack = pack_of("iris", AskedMetrics(("val_first",), own={"first": "metrics_to_score:first"}))
    last = last_of(pack)
    for trial in range(len(TRIALS)):
        _, outputs = predicted(pack, last, trial, 1)
        assert last.values["val_first"][trial] == pytest.approx(outputs[0].max(), rel=1e-6)


def test_an_own_metric_that_fails_ends_its_trials_with_its_sentence() -> None:
    pack = pack_of("iris", AskedMetrics(("val_fails",), own={"fails": "metrics_to_score:fails"}))
    (first,) = train(pack)
    assert [end.status for end in first.ended] == ["FAILED"] * 3
    for end in first.ended:
        assert re.match(r"`metrics_to_score:fails` must compute a number. Received: ZeroDivision", end.error or "")
    assert not len(first.trials)


@pytest.mark.parametrize("tile_size", [1, 3])
def test_an_own_metric_that_fails_for_one_trial_leaves_the_others_of_its_pack_as_they_are(tile_size: int) -> None:
    asked = AskedMetrics(("val_first", "train_choosy"), 2, own={name: f"metrics_to_score:{name}" for name in OWN_NAMES})
    pack = pack_of("iris", asked, epochs=4)
    epochs = list(train(pack, tile_size=tile_size))
    assert [(end.trial, end.status, end.step) for end in epochs[1].ended] == [(1, "FAILED", 8)]
    assert "too bad" in str(epochs[1].ended[0].error)
    assert [one.trials.tolist() for one in epochs] == [[0, 1, 2], [0, 2], [0, 2], [0, 2]]
    assert [end.status for end in epochs[3].ended] == ["COMPLETED"] * 2
    alone = list(train(replace(pack, trials=(TRIALS[0], TRIALS[2]))))
    for name in ("val_first", "train_choosy", "val_loss"):
        np.testing.assert_array_equal(epochs[3].values[name], alone[3].values[name])


def test_an_own_metric_that_cannot_be_imported_concerns_all_trials() -> None:
    pack = pack_of("iris", AskedMetrics(("val_gone",), own={"gone": "metrics_to_score:gone"}))
    with pytest.raises(UserCodeError, match="gone"):
        list(train(pack))
