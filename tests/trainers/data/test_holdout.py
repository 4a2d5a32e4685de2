"""What is held out: whole groups, the latest examples, and folds that divide all examples evenly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trainers.data.holdout import (
    ByGroup,
    ByTime,
    Fold,
    Folds,
    Given,
    column_of,
    held_out_fold,
    held_out_groups,
    held_out_latest,
    part_of_seed,
    rounded_up,
    share_of,
)
from trainers.errors import DataError
from trainers.seeding import generator

SHARES = st.floats(0.01, 0.99)


@given(keys=st.lists(st.integers(0, 9), min_size=2, max_size=60), fraction=SHARES, seed=st.integers(0, 5))
def test_groups_never_straddle_and_neither_part_is_empty(keys: list[int], fraction: float, seed: int) -> None:
    assume(len(set(keys)) > 1)
    groups = np.array(keys)
    held_out = held_out_groups(groups, fraction, np.random.default_rng(seed))
    assert not set(groups[held_out]) & set(groups[~held_out])
    assert 0 < held_out.sum() < len(keys)


@given(size=st.integers(1, 5), count=st.integers(2, 40), fraction=SHARES, seed=st.integers(0, 5))
def test_groups_of_one_size_hold_the_share_to_half_a_group(size: int, count: int, fraction: float, seed: int) -> None:
    held_out = held_out_groups(np.arange(count).repeat(size), fraction, np.random.default_rng(seed))
    wanted = min(max(fraction * count, 1), count - 1)
    assert abs(held_out.sum() / size - wanted) <= 0.5 + 1e-9


def test_another_seed_chooses_other_groups() -> None:
    keys = np.arange(20).repeat(3)
    chosen = {tuple(held_out_groups(keys, 0.3, np.random.default_rng(seed))) for seed in range(20)}
    assert len(chosen) > 15


def test_groups_that_are_gone_are_not_counted() -> None:
    # Of three groups, the test part has taken the second.
    keys = np.array([0, 0, 2, 2, 2])
    assert {tuple(held_out_groups(keys, 0.4, np.random.default_rng(seed))) for seed in range(9)} == {
        (True, True, False, False, False),
        (False, False, True, True, True),
    }
    with pytest.raises(DataError, match=r"two groups or more\. Received: 1\."):
        held_out_groups(np.array([1, 1]), 0.5, np.random.default_rng(0))


@given(keys=st.lists(st.integers(0, 30), min_size=2, max_size=60), fraction=SHARES)
def test_the_latest_are_held_out_together_with_all_of_their_time(keys: list[int], fraction: float) -> None:
    ranks = np.array(keys)
    wanted = min(max(rounded_up(len(keys), fraction), 1), len(keys) - 1)
    if (ranks == ranks.min()).sum() > len(keys) - wanted:
        with pytest.raises(DataError, match="leave earlier examples"):
            held_out_latest(ranks, fraction)
        return
    held_out = held_out_latest(ranks, fraction)
    assert ranks[held_out].min() > ranks[~held_out].max()
    # Without the earliest of the times that are held out, the share would not be reached.
    assert (ranks > ranks[held_out].min()).sum() < wanted <= held_out.sum()


def test_different_times_hold_out_exactly_the_share() -> None:
    assert held_out_latest(np.array([4, 0, 3, 1, 2]), 0.4).tolist() == [True, False, True, False, False]


@given(counts=st.lists(st.integers(1, 20), min_size=1, max_size=4), folds=st.integers(2, 7), seed=st.integers(0, 5))
def test_folds_partition_the_examples_and_are_stratified(counts: list[int], folds: int, seed: int) -> None:
    strata = np.repeat(np.arange(len(counts)), counts)
    parts = [held_out_fold(strata, Fold(folds, index), np.random.default_rng(seed)) for index in range(folds)]
    assert (np.sum(parts, axis=0) == 1).all()
    sizes = [int(part.sum()) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    for stratum in range(len(counts)):
        of_class = [int((part & (strata == stratum)).sum()) for part in parts]
        assert max(of_class) - min(of_class) <= 1


def test_five_seeds_are_one_draw_of_five_folds_and_the_next_five_another() -> None:
    strata = np.zeros(23, dtype=np.int64)

    def held_out(seed: int) -> tuple[int, ...]:
        part, rng = part_of_seed(Folds(5), seed)
        assert isinstance(part, Fold)
        return tuple(np.flatnonzero(held_out_fold(strata, part, rng)).tolist())

    first, second = [held_out(seed) for seed in range(5)], [held_out(seed) for seed in range(5, 10)]
    for draw in (first, second):
        assert sorted(sum(draw, ())) == list(range(23))
    assert set(first).isdisjoint(second)


def test_a_seed_draws_what_it_has_always_drawn_for_a_share() -> None:
    part, rng = part_of_seed(0.2, 7)
    assert part == 0.2
    assert rng.random() == generator(7, "split").random()


@pytest.mark.parametrize(
    ("holdout", "column", "share"),
    [
        (0.3, None, 0.3),
        (Folds(4), None, 0.25),
        (ByGroup("patient", 0.1), "patient", 0.1),
        (ByTime("day", 0.4), "day", 0.4),
        (Given(column="part", value="val"), "part", None),
        (Given(path="val.csv"), None, None),
        (None, None, None),
    ],
)
def test_a_column_that_decides_is_known_and_a_share_where_there_is_one(holdout, column, share) -> None:
    assert column_of(holdout) == column
    if holdout is not None:
        assert share_of(holdout) == share


@given(examples=st.integers(1, 10_000), hundredths=st.integers(1, 99))
def test_a_share_is_rounded_up_as_integers_round(examples: int, hundredths: int) -> None:
    assert rounded_up(examples, hundredths / 100) == -(-examples * hundredths // 100)
