"""The weights of a packed trial are kept in a file of its own, from which it is read and goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweep.execution.sources.checkpoints import Keeping, read_checkpoint, weights_of
from sweep.execution.sources.packed import train_in_reports
from sweep.execution.sources.state import read_facts
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from trainers.checkpoint import join_checkpoints
from trainers.data import DataSource, load
from trainers.loop import train
from trainers.metrics import AskedMetrics
from trainers.pack import NetworkSpec

RECIPE = Recipe(NetworkSpec((4,)), "float64", 0.0, 0.2, "standard", None, "numpy")
DATA = load(DataSource("iris"))
RATES = (0.1, 0.2, 1e200)


def planned(epochs: int = 4, rates: tuple[float, ...] = RATES) -> PlannedPack:
    """Trials with seed 3, of which the last cannot but diverge."""
    trials = []
    for rate in rates:
        setting = {"optimizer": "adam" if rate < 1 else "sgd", "learning_rate": rate, "batch_size": 60}
        setting |= {"decay": "constant", "epochs": epochs}
        trials.append(Trial(f"t{rate:g}", Arm(f"a{rate:g}", "", setting), 3, f"l{rate:g}"))
    return PlannedPack(tuple(trials), tuple(map(spec_of, trials)), 60, epochs, 1.0, RECIPE)


def run(pack: PlannedPack, keeping: Keeping | None):
    with np.errstate(all="ignore"):
        return list(train_in_reports(pack, RECIPE, DATA, keeping=keeping))


def whole(epochs: int = 4):
    """The epochs of the same pack, with all states."""
    with np.errstate(all="ignore"):
        return list(train(planned(epochs).pack(RECIPE, DATA), states="all"))


def test_the_last_weights_are_those_after_the_last_epoch_by_layer(tmp_path):
    keeping = Keeping("last", str(tmp_path))
    run(planned(), keeping)
    *_, last = whole()
    for index, trial in enumerate(planned().trials[:2]):
        kept = read_checkpoint(tmp_path / "trials" / trial.lineage / "checkpoint.safetensors")
        weights = weights_of(kept)
        assert {name: array.shape for name, array in weights.items()} == {
            "layers.0.weight": (4, 4),
            "layers.0.bias": (4,),
            "layers.1.weight": (4, 3),
            "layers.1.bias": (3,),
        }
        flat = np.concatenate([np.ravel(array) for array in weights.values()])
        np.testing.assert_array_equal(flat, last.state.trials[index].parameters)


def test_a_trial_that_diverges_leaves_no_weights(tmp_path):
    run(planned(), Keeping("last", str(tmp_path)))
    assert sorted(path.name for path in (tmp_path / "trials").iterdir()) == ["l0.1", "l0.2"]


def test_nothing_is_kept_unless_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(planned(), None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("metric", "mode", "pick"), [("train_loss", "max", np.argmax), ("val_loss", "min", np.argmin)])
def test_the_best_weights_are_those_of_the_best_epoch(tmp_path, metric, mode, pick):
    run(planned(), Keeping("best", str(tmp_path), metric, mode))
    epochs = whole()
    for index in range(2):
        values = [float(metrics.values[metric][list(metrics.trials).index(index)]) for metrics in epochs]
        best = int(pick(values))
        kept = read_checkpoint(Keeping("best", str(tmp_path)).path(planned().trials[index]))
        assert kept.checkpoint.epoch == best + 1
        flat = np.concatenate([np.ravel(array) for array in kept.checkpoint.weights.values()])
        np.testing.assert_array_equal(flat, epochs[best].state.trials[index].parameters)
        assert [row[0] for row in kept.rows] == list(range(1, best + 2))
    if metric == "train_loss":
        assert best == 0, "the training loss is largest in the first epoch"


def test_the_metrics_up_to_a_checkpoint_are_kept_with_it(tmp_path):
    keeping = Keeping("last", str(tmp_path))
    (report,) = run(planned(rates=RATES[:2]), keeping)
    path = keeping.path(planned().trials[1])
    facts = read_facts(path)
    assert (facts["trial_id"], facts["epoch"]) == ("t0.2", 4)
    rows = read_checkpoint(path).rows
    mine = report.trials == 1
    assert [epoch for epoch, *_ in rows] == report.epochs[mine].tolist() == [1, 2, 3, 4]
    # 120 examples make two steps of 60.
    assert [steps for _, steps, *_ in rows] == [2, 4, 6, 8]
    losses = report.values[mine][:, report.names.index("val_loss")]
    assert [metrics["val_loss"] for _, _, metrics, _ in rows] == losses.tolist()


def test_a_trial_goes_on_from_its_file_bit_for_bit(tmp_path):
    keeping = Keeping("last", str(tmp_path))
    run(planned(2), keeping)
    longer = planned(4, RATES[:2])
    pack = longer.pack(RECIPE, DATA)
    kept = [read_checkpoint(keeping.path(trial)) for trial in longer.trials]
    state = join_checkpoints([one.checkpoint for one in kept], pack)
    rest = list(train(pack, state=state))
    expected = list(train(pack))[2:]
    for one, two in zip(rest, expected, strict=True):
        for name in set(one.values) - {"seconds"}:
            np.testing.assert_array_equal(one.values[name], two.values[name])


def test_a_missing_or_damaged_file_is_no_checkpoint(tmp_path):
    keeping = Keeping("last", str(tmp_path))
    pack = planned(2, RATES[:1])
    path = keeping.path(pack.trials[0])
    assert read_checkpoint(path) is None
    run(pack, keeping)
    path.write_bytes(path.read_bytes()[:100])
    assert read_checkpoint(path) is None


def test_a_stopped_trial_keeps_its_weights_too(tmp_path):
    from trainers.pack import Target

    recipe = replace(RECIPE, target=Target("val_loss", "min", 10.0, stop=True))
    pack = planned(4, RATES[:1])
    list(train_in_reports(pack, recipe, DATA, keeping=Keeping("last", str(tmp_path))))
    assert read_checkpoint(Keeping("last", str(tmp_path)).path(pack.trials[0])).checkpoint.epoch == 1


def rows_of(reports):
    """All that a pack has reported but the seconds: (trial, epoch) -> metrics."""
    found = {}
    for report in reports:
        for trial, epoch, values in zip(report.trials.tolist(), report.epochs.tolist(), report.values, strict=True):
            row = dict(zip(report.names, values.tolist(), strict=True))
            assert (trial, epoch) not in found
            found[trial, epoch] = {name: value for name, value in row.items() if name != "seconds"}
    return found


@pytest.mark.parametrize("weights", ["none", "last", "best"])
def test_a_pack_that_goes_on_reports_what_an_uninterrupted_one_reports(tmp_path, weights):
    keeping = Keeping("last", str(tmp_path))
    run(planned(2, RATES[:2]), keeping)
    longer = planned(5, RATES[:2])
    going_on = Keeping(weights, str(tmp_path))
    assert rows_of(run(longer.going_on(2), going_on)) == rows_of(run(longer, None))
    kept = read_checkpoint(going_on.path(longer.trials[0]))
    if weights != "none":
        assert [row[0] for row in kept.rows] == list(range(1, kept.checkpoint.epoch + 1))
        assert kept.checkpoint.epoch == 5, "the loss still falls"
    else:
        assert kept.checkpoint.epoch == 2


def test_a_best_epoch_before_a_trial_goes_on_stays_the_best(tmp_path):
    keeping = Keeping("best", str(tmp_path), "train_loss", "max")
    run(planned(2, RATES[:1]), keeping)
    (trial,) = planned(2, RATES[:1]).trials
    assert read_checkpoint(keeping.path(trial)).checkpoint.epoch == 1
    run(planned(4, RATES[:1]).going_on(1), keeping)
    assert read_checkpoint(keeping.path(trial)).checkpoint.epoch == 1


@pytest.mark.parametrize("damage", ["missing", "damaged", "of another age"])
def test_a_pack_with_a_checkpoint_that_cannot_be_used_starts_over(tmp_path, damage):
    keeping = Keeping("last", str(tmp_path))
    run(planned(2, RATES[:2]), keeping)
    path = keeping.path(planned().trials[1])
    if damage == "missing":
        path.unlink()
    elif damage == "damaged":
        path.write_bytes(path.read_bytes()[:50])
    longer = planned(4, RATES[:2])
    begun = longer.going_on(1 if damage == "of another age" else 2)
    assert rows_of(run(begun, keeping)) == rows_of(run(longer, None))


def test_a_pack_that_goes_on_has_less_to_do():
    pack = planned(4)
    assert pack.going_on(0) == pack
    assert (pack.going_on(3).resumed_epoch, pack.going_on(3).seconds) == (3, 0.25)


@pytest.mark.parametrize("weights", ["last", "best"])
def test_a_metric_that_is_asked_when_a_trial_goes_on_is_missing_in_the_epochs_behind_it(tmp_path, weights):
    keeping = Keeping(weights, str(tmp_path), "val_log_loss" if weights == "best" else "val_loss", "min")
    run(planned(2, (0.1,)), Keeping("last", str(tmp_path)))
    asked = replace(RECIPE, asked=AskedMetrics(("val_log_loss",)))
    pack = replace(planned(4, (0.1,)).going_on(2), recipe=asked)
    reports = list(train_in_reports(pack, asked, DATA, keeping=keeping))
    found = np.concatenate([report.values[:, report.names.index("val_log_loss")] for report in reports])
    assert np.isnan(found).tolist() == [True, True, False, False]
    whole = [metrics.values["val_log_loss"][0] for metrics in train(pack.pack(asked, DATA))]
    assert found[2:].tolist() == whole[2:]
    kept = read_checkpoint(keeping.path(pack.trials[0]))
    assert kept is not None
    assert kept.rows[-1][2]["val_log_loss"] == (min(found[2:]) if weights == "best" else found[-1])
