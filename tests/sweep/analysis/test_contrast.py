"""Two sweeps are compared where they did the same, and not where they did not."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.contrast import Contrast, sentence
from sweep.analysis.contrast import contrast as contrast_settings


def trials(values: dict[tuple[str, int], float], rate: float = 0.1, epochs: int = 5, **others) -> pd.DataFrame:
    """One row a trial: (optimizer, seed) -> its loss."""
    rows = [
        {"trial_id": f"{name}{seed}", "arm_id": f"{name} {rate} {epochs}", "arm": name, "seed": seed,
         "status": "COMPLETED", "optimizer": name, "learning_rate": rate, "epochs": epochs,
         "final_val_loss": value, "fingerprint_data": "d", "fingerprint_split": f"s{seed}",
         "fingerprint_init": f"i{seed}", "fingerprint_batches": f"b{seed}", **others}
        for (name, seed), value in values.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def settings_of(table: pd.DataFrame) -> dict[str, dict[str, object]]:
    rows = table.drop_duplicates("arm_id").set_index("arm_id")
    return {arm_id: dict(row) for arm_id, row in rows[["optimizer", "learning_rate", "epochs"]].iterrows()}


def contrast(first: pd.DataFrame, second: pd.DataFrame, metric: str, mode: str) -> Contrast:
    return contrast_settings(first, second, metric, mode, (settings_of(first), settings_of(second)))


BEFORE = trials({("adam", 0): 0.5, ("adam", 1): 0.6, ("adam", 2): 0.7, ("sgd", 0): 0.9, ("sgd", 1): 0.8, ("sgd", 2): 1})
AFTER = trials(
    {("adam", 0): 0.4, ("adam", 1): 0.49, ("adam", 2): 0.61, ("sgd", 0): 0.8, ("sgd", 1): 0.7, ("lion", 0): 0.1}
)


def test_settings_are_paired_over_the_seeds_that_both_have():
    found = contrast(BEFORE, AFTER, "val_loss", "min")
    adam, sgd = found.pairs
    # The loss falls by 0.10, 0.11 and 0.09: a gain of the second.
    assert adam.comparison.difference.value == pytest.approx(0.1)
    assert (adam.first, adam.second) == (pytest.approx(0.6), pytest.approx(0.5))
    assert sgd.comparison.seeds == (0, 1)
    assert found.alone == (0, 1)
    # Seeds 0 and 1 have both settings: means of (0.1, 0.1) and of (0.11, 0.1).
    assert found.overall.value == pytest.approx(0.1025)
    assert found.overall.count == 2
    assert found.has_fingerprints
    assert found.mismatch is None


def test_the_sentence_names_the_better_sweep_and_not_where_none_is_shown():
    before = trials({("adam", seed): 0.5 + 0.1 * seed for seed in range(4)})
    after = trials({("adam", seed): 0.4 + 0.1 * seed + 0.001 * seed for seed in range(4)})
    said = sentence(contrast(before, after, "val_loss", "min"), "old", "new")
    assert said.startswith("new is better than old by 0.0985 validation loss (95 % CI 0.0964 to 0.101)")
    said = sentence(contrast(after, before, "val_loss", "min"), "new", "old")
    assert said.startswith("new is better than old by 0.0985 validation loss (95 % CI 0.0964 to 0.101)")
    mixed = trials({("adam", seed): 0.5 + 0.1 * seed + (-1) ** seed * 0.1 for seed in range(4)})
    said = sentence(contrast(before, mixed, "val_loss", "min"), "a", "b")
    assert said.startswith("a and b are not told apart over 1 common setting and 4 common seeds (difference ")
    # The differences are -+0.1, s = 0.11547, and 4 paired seeds show 2.13 s with a power of 80 %.
    assert "; only 0.246 or more would be shown with a power of 80 %)" in said
    assert "the same validation loss in all trials" in sentence(contrast(before, before, "val_loss", "min"), "a", "b")


def test_what_the_whole_sweeps_differ_in_does_not_keep_settings_apart():
    longer = trials({("adam", 0): 0.4, ("adam", 1): 0.5}, epochs=10)
    found = contrast(BEFORE, longer, "val_loss", "min")
    assert found.changed == {"epochs": ("5", "10")}
    assert [pair.comparison.seeds for pair in found.pairs] == [(0, 1)]


def test_trials_that_saw_another_split_are_found_and_lacking_fingerprints_are_told():
    other = trials({("adam", 0): 0.4, ("adam", 1): 0.5}, fingerprint_split="another")
    found = contrast(BEFORE, other, "val_loss", "min")
    assert found.mismatch is not None
    assert found.mismatch.part == "split"
    bare = AFTER.drop(columns=[name for name in AFTER if name.startswith("fingerprint")])
    assert not contrast(BEFORE, bare, "val_loss", "min").has_fingerprints


def test_sweeps_without_a_common_setting_are_compared_by_their_best():
    other = trials({("lion", 0): 0.3, ("lion", 1): 0.35})
    said = sentence(contrast(BEFORE, other, "val_loss", "min"), "a", "b")
    assert said.startswith(
        "a and b have no setting and seed in common; their best settings end at 0.55 (a) and 0.325 (b)"
    )


VALUES = st.sampled_from([0.1, 0.5, 0.9])
SETTINGS = st.fixed_dictionaries(
    {"optimizer": st.sampled_from(["adam", "own:Optimizer", "own:Other"]), "learning_rate": VALUES,
     "batch_size": st.sampled_from([32, 1437, "full"]), "epochs": st.sampled_from([5, 10])},
    optional={"beta1": VALUES, "threshold": VALUES, "steps": VALUES, "decay_rate": VALUES},
)  # fmt: skip
SWEEPS = st.lists(SETTINGS, min_size=1, max_size=6, unique_by=lambda setting: tuple(sorted(setting.items(), key=str)))


@given(SWEEPS, SWEEPS)
def test_two_settings_are_paired_if_and_only_if_they_are_the_same_key_by_key(ours, theirs):
    sides = [{f"{name}{place}": setting for place, setting in enumerate(side)}
             for name, side in (("a", ours), ("b", theirs))]  # fmt: skip
    tables = [
        pd.DataFrame([
            {"trial_id": arm_id, "arm_id": arm_id, "arm": arm_id, "seed": 0, "status": "COMPLETED", "epochs": 1,
             "final_val_loss": 0.5} for arm_id in side
        ]) for side in sides
    ]  # fmt: skip
    found = contrast_settings(tables[0], tables[1], "val_loss", "min", (sides[0], sides[1]))
    lengths = [{setting["epochs"] for setting in side} for side in (ours, theirs)]
    whole = lengths[0] != lengths[1] and len(lengths[0]) == len(lengths[1]) == 1
    ignored = {"epochs"} if whole else set()
    bare = [[{key: value for key, value in one.items() if key not in ignored} for one in side]
            for side in (ours, theirs)]  # fmt: skip
    expected = {
        f"a{place} and b{bare[1].index(setting)}" for place, setting in enumerate(bare[0]) if setting in bare[1]
    }
    assert {pair.arm for pair in found.pairs} == expected
    assert found.alone == (len(ours) - len(expected), len(theirs) - len(expected))
    assert set(found.changed) == ignored
