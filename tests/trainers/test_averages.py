"""The exponentially weighted average against closed forms, pandas, and its own constant-memory form."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from trainers.averages import age_at, averages, correct, delay, running, step, weights, window

BETAS = [0.0, 0.5, 0.9, 0.98]


@pytest.mark.parametrize("beta", BETAS)
def test_the_average_of_a_constant_rises_to_it_as_one_minus_beta_to_the_t(beta: float) -> None:
    t = np.arange(1, 101)
    np.testing.assert_allclose(averages(np.full(100, 7.0), beta), 7.0 * (1.0 - beta**t), rtol=1e-12)


@pytest.mark.parametrize("beta", BETAS)
def test_the_corrected_average_of_a_constant_is_the_constant_from_the_first_value(beta: float) -> None:
    np.testing.assert_allclose(averages(np.full(100, 7.0), beta, corrected=True), 7.0, rtol=1e-12)


@pytest.mark.parametrize("beta", BETAS)
def test_on_a_ramp_it_runs_the_mean_age_of_its_weights_behind(beta: float) -> None:
    # v_t = t - d + d beta^t solves v_t = beta v_(t-1) + (1 - beta) t with v_0 = 0 and d = beta / (1 - beta).
    t = np.arange(1.0, 1001.0)
    d = beta / (1.0 - beta)
    np.testing.assert_allclose(averages(t, beta), t - d + d * beta**t, rtol=1e-9)
    assert t[-1] - averages(t, beta)[-1] == pytest.approx(delay(beta), abs=1e-6)


def test_the_lectures_first_two_days_by_hand() -> None:
    # 0.1 x 40 = 4; 0.9 x 4 + 0.1 x 49 = 8.5; corrected 4 / 0.1 and 8.5 / 0.19.
    np.testing.assert_allclose(averages([40.0, 49.0], 0.9), [4.0, 8.5])
    np.testing.assert_allclose(averages([40.0, 49.0], 0.9, corrected=True), [40.0, 8.5 / 0.19])


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.98])
def test_the_corrected_average_is_the_adjusted_one_of_pandas(beta: float) -> None:
    values = np.random.default_rng(3).normal(size=200)
    expected = pd.Series(values).ewm(alpha=1.0 - beta, adjust=True).mean()
    np.testing.assert_allclose(averages(values, beta, corrected=True), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("beta", BETAS)
def test_with_and_without_correction_merge_once_beta_to_the_t_is_small(beta: float) -> None:
    values = np.random.default_rng(4).normal(10.0, 1.0, 600)
    plain, corrected = averages(values, beta), averages(values, beta, corrected=True)
    gap = np.abs(corrected - plain) / corrected
    np.testing.assert_allclose(gap, beta ** np.arange(1.0, 601.0), atol=1e-12)
    merged = math.ceil(5.0 * window(beta))
    assert (gap[merged:] < 0.01).all()


@pytest.mark.parametrize("corrected", [False, True])
def test_the_running_form_gives_the_same_numbers_from_a_stream_without_end(corrected: bool) -> None:
    values = np.random.default_rng(5).normal(size=50)
    stream = running(itertools.cycle(values.tolist()), 0.9, corrected)
    np.testing.assert_allclose(list(itertools.islice(stream, 50)), averages(values, 0.9, corrected), rtol=1e-12)


def test_rows_of_an_array_are_averaged_each_for_itself() -> None:
    values = np.random.default_rng(6).normal(size=(20, 3))
    both = averages(values, 0.9, corrected=True)
    for column in range(3):
        np.testing.assert_array_equal(both[:, column], averages(values[:, column], 0.9, corrected=True))


@pytest.mark.parametrize("beta", BETAS)
def test_the_weights_make_the_average_and_sum_to_one_less_what_is_older(beta: float) -> None:
    values = np.random.default_rng(7).normal(size=30)
    assert weights(beta, 30) @ values[::-1] == pytest.approx(averages(values, beta)[-1])
    assert weights(beta, 30).sum() == pytest.approx(1.0 - beta**30)


@pytest.mark.parametrize(("beta", "steps"), [(0.5, 2), (0.9, 10), (0.98, 50)])
def test_after_the_window_a_weight_has_fallen_to_about_one_in_e(beta: float, steps: int) -> None:
    # The lecture: 0.9^10 and 0.98^50 are about 1 / e = 0.368.
    assert window(beta) == pytest.approx(steps)
    left = weights(beta, steps + 1)[steps] / weights(beta, 1)[0]
    assert left == pytest.approx(beta**steps)
    assert abs(left - math.exp(-1.0)) < (0.12 if beta == 0.5 else 0.02)
    assert beta ** age_at(beta) == pytest.approx(math.exp(-1.0))
    assert age_at(beta) < steps


def test_one_step_and_its_correction() -> None:
    assert step(8.0, 4.0, 0.75) == 7.0
    assert correct(7.0, 0.5, 2) == 7.0 / 0.75


@pytest.mark.parametrize("beta", [-0.1, 1.0, float("nan")])
def test_a_beta_that_makes_no_average_is_refused(beta: float) -> None:
    for call in (lambda: averages([1.0], beta), lambda: window(beta), lambda: list(running([1.0], beta))):
        with pytest.raises(ValueError, match=r"`beta` must lie in \[0, 1\)\. Received"):
            call()
