"""Who takes over from whom: the quantiles are those of Ray, populations are of a seed and a level, chance repeats."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from ray.tune.schedulers import PopulationBasedTraining as RayPopulation

from sweep.records import Arm, Trial
from sweep.running.schedulers.pbt import PopulationBasedTraining, quantiles
from sweep.running.schedulers.scheduler import Observation

NAN = math.nan


def raised(setting, generator):
    """Raise the rate by a number that the generator gives."""
    return {**setting, "rate": setting["rate"] + float(generator.random())}


def trials_of(count, level="adam", seed=0, first=0):
    return [
        Trial(f"{level}{n}-{seed}", Arm(f"{level}{n}", "", {"optimizer": level, "rate": float(n)}), seed)
        for n in range(first, first + count)
    ]


def made(trials, *, interval=2, fraction=0.25, epochs=8, seed=0):
    found = PopulationBasedTraining(
        perturbation_interval=interval, quantile_fraction=fraction, epochs=epochs, explore=raised, factor="optimizer",
        seed=seed,
    )  # fmt: skip
    found.add(trials)
    return found


def tell(scheduler, at, scores, together=False):
    """Report the scores of trials at an epoch; returns the verdicts, and what is settled then."""
    seen = [Observation(trial, float(at), score) for trial, score in scores]
    groups = [seen] if together else [[one] for one in seen]
    verdicts = [verdict for group in groups for verdict in scheduler.decide(group)]
    return verdicts, scheduler.settle()


def of_ray(scores, fraction):
    """The quantiles of Ray for the same scores, as places."""
    theirs = RayPopulation(
        time_attr="training_iteration", metric="score", mode="max", quantile_fraction=fraction,
        hyperparam_mutations={"rate": [1, 2]},
    )  # fmt: skip
    stubs = [SimpleNamespace(is_finished=lambda: False, place=place) for place in range(len(scores))]
    # A stub that can be a key.
    keys = [type("Key", (), {"is_finished": lambda self: False, "place": stub.place})() for stub in stubs]
    for key, score in zip(keys, scores, strict=True):
        theirs._trial_state[key] = SimpleNamespace(last_score=score)
    low, high = theirs._quantiles()
    return [key.place for key in low], [key.place for key in high]


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.25, 0.4, 0.5])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 20])
def test_the_quantiles_are_those_of_ray(fraction, count):
    for seed in range(5):
        # Eighths, so that many are equal.
        scores = (np.random.default_rng(seed).integers(0, 8, size=count) / 8).tolist()
        assert quantiles(scores, fraction) == of_ray(scores, fraction)


@pytest.mark.parametrize("seed", range(4))
def test_at_each_interval_the_trials_of_the_lower_quantile_of_ray_take_over_from_its_upper_one(make_curves, seed):
    curves, trials = make_curves(seed, 10, 9), trials_of(10)
    ours = made(trials, interval=3, epochs=9, fraction=0.3)
    for epoch in (3, 6):
        scores = [curve[epoch - 1] for curve in curves.values()]
        _, settled = tell(ours, epoch, list(zip(trials, scores, strict=True)))
        low, high = of_ray(scores, 0.3)
        assert [one.trial_id for one in settled.exploits] == [trials[place].id for place in low]
        assert {one.donor for one in settled.exploits} <= {trials[place].id for place in high}
        assert {one.at for one in settled.exploits} == {epoch}


def test_all_wait_until_the_last_has_come_and_then_all_go_on():
    trials = trials_of(4)
    ours = made(trials)
    verdicts, settled = tell(ours, 2, list(zip(trials[:3], (0.1, 0.2, 0.3), strict=True)))
    assert verdicts == ["pause"] * 3
    assert (settled.resumed, settled.exploits) == ((), ())
    verdicts, settled = tell(ours, 2, [(trials[3], 0.4)])
    # It leaves its pack too, since others go on from its checkpoint.
    assert verdicts == ["pause"]
    assert settled.resumed == tuple(trial.id for trial in trials)
    assert [(one.trial_id, one.donor) for one in settled.exploits] == [(trials[0].id, trials[3].id)]


def test_the_setting_is_that_of_the_donor_changed_and_the_next_change_begins_there():
    trials = trials_of(2)
    ours = made(trials, fraction=0.5)
    (first,) = tell(ours, 2, [(trials[0], 0.1), (trials[1], 0.9)])[1].exploits
    assert first.before == {"optimizer": "adam", "rate": 0.0}
    assert 1.0 < first.setting["rate"] < 2.0
    assert first.changed == (("rate", 0.0, first.setting["rate"]),)
    (second,) = tell(ours, 4, [(trials[0], 0.9), (trials[1], 0.1)])[1].exploits
    assert (second.trial_id, second.donor) == (trials[1].id, trials[0].id)
    assert first.setting["rate"] < second.setting["rate"] < first.setting["rate"] + 1
    assert second.before["rate"] == 1.0


def test_populations_are_of_one_seed_one_level_and_one_plan():
    groups = [trials_of(4, "adam", 0), trials_of(4, "adam", 1), trials_of(4, "sgd", 0)]
    ours = made([trial for group in groups for trial in group])
    later = trials_of(4, "adam", 0, first=4)
    ours.add(later)
    for group in [*groups, later]:
        verdicts, settled = tell(ours, 2, list(zip(group, (0.4, 0.3, 0.2, 0.1), strict=True)), together=True)
        assert verdicts == ["pause"] * 4
        assert [(one.trial_id, one.donor) for one in settled.exploits] == [(group[3].id, group[0].id)]


def test_chance_depends_on_the_trial_the_interval_and_the_seed_and_not_on_the_order():
    trials = trials_of(8)
    scores = list(zip(trials, (0.5, 0.1, 0.7, 0.3, 0.8, 0.2, 0.6, 0.4), strict=True))

    def found(seed, scores, at=2):
        settled = tell(made(trials, fraction=0.5, seed=seed), at, scores)[1]
        return {one.trial_id: (one.donor, one.setting["rate"]) for one in settled.exploits}

    assert found(0, scores) == found(0, scores[::-1])
    assert found(0, scores) != found(1, scores)
    rates = [rate - int(donor[4]) for donor, rate in found(0, scores).values()]
    assert len(set(rates)) == 4


def test_where_nobody_takes_over_the_last_to_come_go_on_in_their_pack():
    trials = trials_of(4)
    ours = made(trials, fraction=0.0)
    assert tell(ours, 2, [(trials[0], 0.1)])[0] == ["pause"]
    verdicts, settled = tell(ours, 2, list(zip(trials[1:], (0.2, 0.3, 0.4), strict=True)), together=True)
    assert verdicts == ["continue"] * 3
    assert (settled.resumed, settled.exploits) == ((trials[0].id,), ())


def test_a_trial_without_a_finite_score_takes_over_and_never_gives():
    trials = trials_of(4)
    _, settled = tell(made(trials), 2, list(zip(trials, (0.3, NAN, 0.1, 0.2), strict=True)))
    assert {one.trial_id for one in settled.exploits} == {trials[1].id, trials[2].id}
    assert {one.donor for one in settled.exploits} == {trials[0].id}


def test_a_trial_that_has_diverged_waits_for_the_next_interval_and_takes_over_there():
    trials = trials_of(3)
    ours = made(trials)
    assert ours.lose(trials[0])
    assert ours.settle().exploits == ()
    _, settled = tell(ours, 2, [(trials[1], 0.1), (trials[2], 0.2)])
    assert {(one.trial_id, one.donor) for one in settled.exploits} == {
        (trials[0].id, trials[2].id),
        (trials[1].id, trials[2].id),
    }
    # It is one of them again.
    assert tell(ours, 4, [(trials[1], 0.1), (trials[2], 0.2)])[1].resumed == ()


def test_the_only_one_that_has_not_diverged_gives_its_state_to_all():
    trials = trials_of(3)
    ours = made(trials)
    assert ours.lose(trials[0])
    assert ours.lose(trials[1])
    _, settled = tell(ours, 2, [(trials[2], 0.2)])
    assert {one.trial_id for one in settled.exploits} == {trials[0].id, trials[1].id}
    assert {one.donor for one in settled.exploits} == {trials[2].id}


def test_a_trial_that_diverges_ends_where_no_other_can_help():
    trials = trials_of(2)
    assert not made(trials, fraction=0.0).lose(trials[0]), "nobody ever takes over"
    late = made(trials)
    for at in (2, 4, 6):
        tell(late, at, [(trials[0], 0.1), (trials[1], 0.2)])
    assert not late.lose(trials[0]), "no interval follows"
    alone = made(trials)
    assert alone.lose(trials[0])
    alone.end(trials[1], "FAILED")
    assert alone.settle().given_up == (trials[0].id,)
    both = made(trials)
    assert both.lose(trials[0])
    assert not both.lose(trials[1]), "the last one is not waited for"


def test_a_trial_that_has_ended_is_not_waited_for_and_gives_nothing():
    trials = trials_of(3)
    ours = made(trials, fraction=0.5)
    tell(ours, 2, [(trials[0], 0.1), (trials[1], 0.2)])
    ours.end(trials[2], "STOPPED")
    settled = ours.settle()
    assert [(one.trial_id, one.donor) for one in settled.exploits] == [(trials[0].id, trials[1].id)]


def test_trials_go_on_after_an_interruption_with_their_setting_and_intervals_behind_them_do_not_count_again():
    trials = trials_of(3)
    ours = made(trials, fraction=0.5)
    for trial, at in zip(trials, (4, 4, 2), strict=True):
        ours.go_on(trial.id, at, {"optimizer": "adam", "rate": 50.0})
    # The third was not so far: it is compared with nobody at 4, and goes on at once.
    assert tell(ours, 4, [(trials[2], 0.1)])[0] == ["continue"]
    _, settled = tell(ours, 6, list(zip(trials, (0.3, 0.2, 0.1), strict=True)))
    (one,) = settled.exploits
    assert (one.trial_id, one.donor, one.before["rate"]) == (trials[2].id, trials[0].id, 50.0)
    assert 50 < one.setting["rate"] < 51


def test_an_exploit_that_is_taken_back_leaves_the_setting():
    trials = trials_of(2)
    ours = made(trials, fraction=0.5)
    (first,) = tell(ours, 2, [(trials[0], 0.1), (trials[1], 0.9)])[1].exploits
    ours.undo(first)
    (second,) = tell(ours, 4, [(trials[0], 0.1), (trials[1], 0.9)])[1].exploits
    assert second.before == first.before


def test_intervals_end_before_the_trial_does():
    assert made([], interval=2, epochs=8).points.values == (2.0, 4.0, 6.0)
    assert made([], interval=3, epochs=8).points.values == (3.0, 6.0)
