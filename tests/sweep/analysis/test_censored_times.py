"""The estimates of Kaplan and Meier are those of textbooks and of SciPy, and without cuts those of everyone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweep.analysis.censored_times import median_time, medians, reached_by


def test_the_estimate_is_that_of_the_leukaemia_patients_of_every_textbook():
    # Freireich et al. (1963), 6-MP: remission in weeks; Kaplan-Meier estimates as in Kleinbaum and Klein, table 2.1.
    events = np.array([6, 6, 6, 7, 10, 13, 16, 22, 23], dtype=float)
    cut = np.array([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], dtype=float)
    found = reached_by(events, cut)
    assert found.times == (6, 7, 10, 13, 16, 22, 23)
    survival = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert [1 - share for share in found.shares] == pytest.approx(survival, abs=5e-5)
    assert median_time(events, cut) == 23


def test_a_pruned_seed_is_no_miss():
    # Of three seeds two reach it after 10 and 30 steps; the third is cut off after 5, or misses it.
    assert median_time(np.array([10.0, 30.0]), [5.0]) == 20.0
    assert median_time(np.array([10.0, 30.0, np.inf])) == 30.0
    # Cut off after 20 steps, it is at risk at 10: the share is 1/3 there, and 1/3 + 2/3 * 1 at 30.
    assert reached_by(np.array([10.0, 30.0]), [20.0]).shares == pytest.approx((1 / 3, 1.0))


def test_what_is_cut_off_at_the_time_of_an_event_was_at_risk_there():
    assert reached_by(np.array([10.0]), [10.0]).shares == (0.5,)


def test_nothing_has_no_median_and_only_cuts_have_an_infinite_one():
    assert np.isnan(median_time(np.empty(0)))
    assert median_time(np.empty(0), [5.0, 6.0]) == np.inf
    assert reached_by(np.empty(0), [5.0]).times == ()


SOME = st.lists(st.sampled_from([1.0, 2.0, 3.0, 5.0, 8.0]), min_size=1, max_size=8)


@given(SOME, st.lists(st.sampled_from([0.5, 1.0, 2.5, 5.0, 9.0]), max_size=5))
def test_it_agrees_with_scipy(events, cut):
    sample = stats.CensoredData(uncensored=events, right=cut) if cut else stats.CensoredData(uncensored=events)
    theirs = stats.ecdf(sample).cdf
    ours = reached_by(np.array(events), cut)
    assert ours.shares == pytest.approx(theirs.evaluate(np.array(ours.times)))


@given(st.lists(st.sampled_from([1.0, 2.0, 3.0, 5.0, np.inf]), min_size=1, max_size=9))
def test_without_cuts_the_median_is_the_usual_one(values):
    ordered = sorted(values)
    assert median_time(np.array(values)) == (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2


def test_many_rows_are_estimated_at_once():
    times = np.array([[[10.0, 30.0, 5.0], [10.0, 30.0, np.inf]]])
    observed = np.array([[[True, True, False], [True, True, True]]])
    assert medians(times, observed).tolist() == [[20.0, 30.0]]
