"""A pack that is interrupted goes on from its checkpoint as if it had not been."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweep.execution.sources import checkpoint_files, pack_checkpoints
from sweep.execution.sources.checkpoint_files import CheckpointPace, find_files
from sweep.execution.sources.checkpoints import Keeping, read_checkpoint
from sweep.execution.sources.packed import train_in_reports
from sweep.execution.sources.source import Answer
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from trainers.data import DataSource, load
from trainers.optimizers import OPTIMIZERS
from trainers.pack import NetworkSpec

RECIPE = Recipe(NetworkSpec((4,)), "float32", 0.0, 0.2, "standard", None, "numpy")
DATA = load(DataSource("iris"))
EPOCHS = 7
DECAYS = ("constant", "reduce_on_plateau", "cosine")


def setting(optimizer: str, decay: str = "constant") -> dict:
    rule = {"decay": decay, "decay_rate": 0.5} if decay == "reduce_on_plateau" else {"decay": decay}
    return {"optimizer": optimizer, "learning_rate": 0.02, "batch_size": 50, "epochs": EPOCHS, **rule}


def pack_of(settings, seeds=(3, 4)) -> PlannedPack:
    trials = tuple(
        Trial(f"{number:04x}{seed:08x}", Arm(f"a{number}", "", one), seed, f"l{number}-{seed}")
        for number, one in enumerate(settings)
        for seed in seeds
    )
    return PlannedPack(trials, tuple(map(spec_of, trials)), 50, EPOCHS, 1.0)


ALL = pack_of([setting(name, decay) for name in sorted(OPTIMIZERS) if ":" not in name for decay in DECAYS[:2]])


def reports(pack, keeping, recipe=RECIPE):
    return train_in_reports(pack, recipe, DATA, report_seconds=-1.0, keeping=keeping)


def rows(found, names_left_out=("seconds",)):
    """(trial, epoch) -> its metrics."""
    return {
        (int(trial), int(epoch)): tuple(
            value for name, value in zip(report.names, values, strict=True) if name not in names_left_out
        )
        for report in found
        for trial, epoch, values in zip(report.trials, report.epochs, report.values, strict=True)
    }


def interrupted(pack, keeping, epochs, recipe=RECIPE):
    """Train some epochs and close the training, as at the end of a sweep that is stopped."""
    training = reports(pack, keeping, recipe)
    found = [next(training) for _ in range(epochs)]
    training.close()
    return found


@pytest.fixture
def keeping(tmp_path):
    return Keeping("none", str(tmp_path), every=3600.0)


@pytest.fixture
def at_every_epoch(monkeypatch, tmp_path):
    """Checkpoints after each epoch, however long they take."""
    monkeypatch.setattr(checkpoint_files, "SHARE", 0)
    return Keeping("none", str(tmp_path), every=1e-9)


@pytest.mark.parametrize("moment", [1, 3, EPOCHS - 1])
def test_every_optimizer_goes_on_bit_for_bit(keeping, moment):
    whole = rows(reports(ALL, None))
    before = interrupted(ALL, keeping, moment)
    after = list(reports(replace(ALL, known_epoch=moment), keeping))
    assert after[0].resumed_epoch == moment
    assert [report.resumed_epoch for report in after[1:]] == [0] * (len(after) - 1)
    assert min(epoch for _, epoch in rows(after)) == moment + 1
    # NaN is of metrics that were not asked.
    np.testing.assert_array_equal(
        np.array([value for _, value in sorted((rows(before) | rows(after)).items())]),
        np.array([value for _, value in sorted(whole.items())]),
    )
    assert {end.trial: end.status for report in after for end in report.ended} == dict.fromkeys(
        range(len(ALL.trials)), "COMPLETED"
    )


def test_torch_goes_on_within_a_tolerance(keeping):
    pytest.importorskip("torch")
    recipe = replace(RECIPE, backend="torch")
    whole = rows(reports(ALL, None, recipe))
    interrupted(ALL, keeping, 3, recipe)
    after = rows(reports(replace(ALL, known_epoch=3), keeping, recipe))
    assert sorted(after) == sorted(key for key in whole if key[1] > 3)
    for key, values in after.items():
        np.testing.assert_allclose(values, whole[key], rtol=1e-5, atol=1e-6)


def test_a_checkpoint_of_more_epochs_than_were_reported_does_not_count(at_every_epoch, tmp_path):
    keeping = at_every_epoch
    training = reports(ALL, keeping)
    # The checkpoint of an epoch is written once the report of it has been taken, before the next.
    for _ in range(4):
        next(training)
    assert [file.epoch for file in find_files(tmp_path)] == [3, 2]
    training.close()
    assert [file.epoch for file in find_files(tmp_path)] == [4, 3]
    assert next(reports(replace(ALL, known_epoch=3), keeping)).resumed_epoch == 3
    assert next(reports(replace(ALL, known_epoch=2), keeping)).resumed_epoch == 0  # that of epoch 2 is gone
    assert next(reports(ALL, keeping)).resumed_epoch == 0


def test_a_checkpoint_is_written_after_its_time_and_the_last_two_stay(keeping, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(pack_checkpoints, "CheckpointPace", lambda every: CheckpointPace(every, clock=lambda: now[0]))
    seen = []
    for _ in reports(ALL, keeping):
        seen.append([file.epoch for file in find_files(keeping.folder)])
        now[0] += 1800.0
    # Epoch 3 ends after 3600 s. Its report is taken, in 1800 s, before the checkpoint is written; epoch 6 is the next.
    assert seen == [[], [], [], [3], [3], [3], [6, 3]]


def test_a_damaged_checkpoint_is_not_used_and_the_one_before_is(at_every_epoch, tmp_path):
    interrupted(ALL, at_every_epoch, 5)
    newest, older = find_files(tmp_path)
    content = bytearray(newest.path.read_bytes())
    content[len(content) // 2] ^= 4
    newest.path.write_bytes(content)
    again = replace(ALL, known_epoch=5)
    assert next(reports(again, replace(at_every_epoch, every=0.0))).resumed_epoch == 4
    older.path.write_bytes(older.path.read_bytes()[:-3])
    first = next(reports(again, replace(at_every_epoch, every=0.0)))
    assert (first.resumed_epoch, int(first.epochs[0])) == (0, 1)


def test_a_pack_that_starts_over_drops_the_checkpoints_that_were_of_no_use(at_every_epoch, tmp_path):
    interrupted(ALL, at_every_epoch, 5)
    interrupted(ALL, at_every_epoch, 2)
    assert [file.epoch for file in find_files(tmp_path)] == [2, 1]


def test_trials_of_two_packs_of_equal_age_go_on_in_one_and_in_a_part(keeping):
    one, other = ALL.only([0, 1, 2]), ALL.only([3, 4])
    interrupted(one, keeping, 2)
    interrupted(other, keeping, 2)
    both = replace(ALL.only([4, 1]), known_epoch=2)
    after = rows(reports(both, keeping))
    whole = rows(reports(ALL, None))
    for (trial, epoch), values in after.items():
        np.testing.assert_array_equal(values, whole[(4, 1)[trial], epoch])
    assert min(epoch for _, epoch in after) == 3


def test_a_trial_that_has_left_is_not_in_the_checkpoint(keeping):
    training = reports(ALL.only([0, 1, 2]), keeping)
    next(training)
    training.send(Answer(stop=(1,)))
    training.close()
    (file,) = find_files(keeping.folder)
    assert set(file.trials) == {ALL.trials[0].id, ALL.trials[2].id}


@pytest.mark.parametrize("weights", ["last", "best"])
def test_weights_that_are_kept_are_those_of_an_uninterrupted_training(tmp_path, weights):
    found = []
    for folder, moment in (("whole", 0), ("parts", 4)):
        (tmp_path / folder).mkdir()
        keeping = Keeping(weights, str(tmp_path / folder), every=3600.0)
        if moment:
            interrupted(ALL, keeping, moment)
        list(reports(replace(ALL, known_epoch=moment), keeping))
        found.append([read_checkpoint(keeping.path(trial), trial) for trial in ALL.trials])
    for whole, parts in zip(*found, strict=True):
        assert [row[0] for row in parts.rows] == [row[0] for row in whole.rows]
        for row, other in zip(parts.rows, whole.rows, strict=True):
            np.testing.assert_equal(row[:3], other[:3])
        for name, values in whole.checkpoint.weights.items():
            np.testing.assert_array_equal(parts.checkpoint.weights[name], values)


def test_weights_that_are_kept_only_now_need_all_epochs_so_that_the_pack_starts_over(keeping):
    interrupted(ALL, keeping, 4)
    first = next(reports(replace(ALL, known_epoch=4), replace(keeping, weights="last")))
    assert (first.resumed_epoch, int(first.epochs[0])) == (0, 1)


def test_nothing_is_written_without_a_folder_or_a_time(tmp_path):
    interrupted(ALL, Keeping("none", str(tmp_path), every=0.0), 2)
    interrupted(ALL, Keeping("none", str(tmp_path / "elsewhere"), every=1e-9), 2)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_does_not_end_the_training(keeping, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sweep.execution.sources.pack_checkpoints.write_file", full)
    keeping = replace(keeping, every=1e-9)
    assert [report.last for report in reports(ALL.only([0]), keeping)][-1]
    assert not find_files(keeping.folder)
