"""Neighbours with one optimizer share a segment, and rows that are kept keep their own numbers."""

from __future__ import annotations

import numpy as np

from trainers.data import DataSource, load
from trainers.pack import Pack, TrialSpec
from trainers.segments import at_step, finite_rows, keep_rows, make_segments, seed_runs

TRIALS = (
    TrialSpec("sgd", {"learning_rate": 0.1}, seed=3),
    TrialSpec("adam", {"learning_rate": 0.2}, seed=3),
    TrialSpec("adam", {"learning_rate": 0.3}, seed=5),
    TrialSpec("sgd", {"learning_rate": 0.4}, seed=3),
)
PACK = Pack(load(DataSource("iris")), TRIALS)
PARAMETERS = np.zeros((4, 6))


def described(segments):
    return [(s.optimizer.name, s.start, s.stop, s.hyperparameters["learning_rate"].ravel().tolist()) for s in segments]


def test_only_neighbours_with_the_same_optimizer_share_a_segment() -> None:
    segments = make_segments(PACK, range(4), PARAMETERS)
    assert described(segments) == [("sgd", 0, 1, [0.1]), ("adam", 1, 3, [0.2, 0.3]), ("sgd", 3, 4, [0.4])]
    assert {values.shape for values in segments[1].state.values()} == {(2, 6)}


def test_kept_rows_move_up_with_their_numbers_and_states_of_their_own() -> None:
    segments = make_segments(PACK, range(4), PARAMETERS)
    for name, values in segments[1].state.items():
        segments[1].state[name] = values + np.array([[1.0], [2.0]])
    kept = keep_rows(segments, [2, 3])
    assert described(kept) == [("adam", 0, 1, [0.3]), ("sgd", 1, 2, [0.4])]
    for values in kept[0].state.values():
        assert (values == 2.0).all()
        values[:] = 9.0
    assert all((values[1] == 2.0).all() for values in segments[1].state.values())


def test_a_row_with_a_number_that_is_not_finite_in_parameters_or_state_is_told() -> None:
    segments = make_segments(PACK, range(4), PARAMETERS)
    parameters = PARAMETERS.copy()
    parameters[0, 5] = np.nan
    state = next(iter(segments[1].state.values()))
    state[1, 0] = -np.inf
    assert finite_rows(segments, parameters).tolist() == [False, True, False, True]


def test_neighbours_with_one_seed_are_one_run() -> None:
    assert seed_runs(PACK, range(4)) == [(0, 2, 3), (2, 3, 5), (3, 4, 3)]
    assert seed_runs(PACK, [0, 3, 2]) == [(0, 2, 3), (2, 3, 5)]


def test_numbers_of_every_step_are_read_at_one_and_others_hold_for_all() -> None:
    numbers = {"rate": np.arange(6.0).reshape(3, 2, 1), "beta": np.array([[0.5], [0.9]])}
    found = at_step(numbers, 2)
    assert found["rate"].tolist() == [[4.0], [5.0]]
    assert found["beta"].tolist() == [[0.5], [0.9]]
