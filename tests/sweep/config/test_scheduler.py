"""What a scheduler cannot do is refused in a sentence that names the key."""

from __future__ import annotations

import pytest

from sweep.config.scheduler import NoScheduler

GOOD = "data: {name: digits}\noptimizers: {sgd: {learning_rate: [0.1, 0.2]}}\ntrainer: {epochs: 9}\nseeds: 3\n"


@pytest.mark.parametrize(
    ("scheduler", "words"),
    [
        ("{method: ash}", ("scheduler.method", "asha", "ash")),
        ("{reduction_factor: 3}", ("scheduler.method", "is needed")),
        ("{method: asha, reduction_factor: 1}", ("scheduler.reduction_factor", "Received: 1")),
        (
            "{method: asha, grace_period: 10}",
            ("scheduler.grace_period", "below the end of a trial (9)", "Received: 10"),
        ),
        ("{method: asha, grace_period: 0}", ("scheduler.grace_period", "Received: 0")),
        ("{method: asha, max_t: 27}", ("scheduler.max_t", "at most the epochs of a trial (9)", "Received: 27")),
        ("{method: asha, time_attr: step}", ("scheduler.time_attr", "epoch, steps or examples", "step")),
        ("{method: asha, time_attr: steps}", ("scheduler.max_t", "is needed")),
        ("{method: hyperband, grace_period: 1}", ("scheduler.grace_period",)),
        ("{method: patience}", ("scheduler.patience",)),
        ("{method: median, min_samples_required: 0}", ("scheduler.min_samples_required", "Received: 0")),
        ("{method: wilcoxon, n_startup_steps: 3}", ("scheduler.n_startup_steps", "below the number of seeds (3)")),
        ("{method: wilcoxon, p_threshold: 1}", ("scheduler.p_threshold", "Received: 1")),
    ],
)
def test_what_cannot_be_decided_is_refused(refusal, scheduler, words):
    lines = refusal(f"{GOOD}scheduler: {scheduler}\n")
    for word in words:
        assert word in " ".join(lines), lines


def test_a_name_alone_is_a_rule_with_its_defaults(load):
    rule = load(f"{GOOD}scheduler: asha\n").scheduler
    assert (rule.method, rule.reduction_factor, rule.grace_period, rule.brackets) == ("asha", 3, 1, 1)


def test_without_the_section_every_trial_is_trained_to_its_end(load):
    assert isinstance(load(GOOD).scheduler, NoScheduler)
    assert isinstance(load(f"{GOOD}scheduler: none\n").scheduler, NoScheduler)
