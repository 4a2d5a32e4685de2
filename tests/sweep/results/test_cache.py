"""Trials that have finished are found again under the code that trained them, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.records import Arm, Trial, TrialResult
from sweep.results.cache import TrialCache

ARM = Arm("arm", "sgd", {"optimizer": "sgd", "learning_rate": 0.1})


def result(name: str, status="COMPLETED", loss=0.5) -> TrialResult:
    epochs = {"epoch": np.array([1.0, 2.0]), "val_loss": np.array([1.0, loss])}
    return TrialResult(Trial(name, ARM, 0), status, epochs, {"data": "d"}, 1.0, 2.0)


def found(cache: TrialCache, *names: str) -> dict[str, list[float]]:
    trials = [Trial(name, ARM, 0) for name in names]
    return {one.trial.id: one.epochs["val_loss"].tolist() for one in cache.find(trials)}


def test_what_was_kept_of_several_plans_is_found_by_its_id(tmp_path):
    cache = TrialCache(tmp_path, "code")
    assert found(cache, "a") == {}
    cache.add("1" * 64, [result("a", loss=0.5)])
    cache.add("2" * 64, [result("b", loss=0.25)])
    assert found(TrialCache(tmp_path, "code"), "b", "a", "c") == {"b": [1.0, 0.25], "a": [1.0, 0.5]}


def test_other_code_finds_nothing(tmp_path):
    TrialCache(tmp_path, "code").add("1" * 64, [result("a")])
    assert found(TrialCache(tmp_path, "other"), "a") == {}


@pytest.mark.parametrize(("status", "is_kept"), [("STOPPED", True), ("DIVERGED", True), ("FAILED", False)])
def test_a_trial_that_would_be_trained_again_is_not_kept(tmp_path, status, is_kept):
    cache = TrialCache(tmp_path, "code")
    cache.add("1" * 64, [result("a", status)])
    assert ("a" in found(cache, "a")) == is_kept
    assert cache.folder.exists() == is_kept


def test_a_damaged_file_is_passed_over(tmp_path):
    cache = TrialCache(tmp_path, "code")
    cache.add("1" * 64, [result("a")])
    (cache.folder / "damaged.parquet").write_bytes(b"PAR1 half of it")
    assert list(found(cache, "a")) == ["a"]
