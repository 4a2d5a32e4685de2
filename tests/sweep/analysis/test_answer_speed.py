"""Tests of the numbers of the answer, over random results: each stands beside the name that has it in the table."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweep.analysis.answer import answer
from sweep.analysis.comparison_data import make_study
from sweep.analysis.leader import leaders
from sweep.analysis.wording import level_name
from trainers.optimizers import OPTIMIZERS

NAMES = {level_name(name): name for name in OPTIMIZERS}
NAME = "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True))
NUMBER = r"-?[\d,]+(?:\.\d+)?(?:e[+-]?\d+)?"

WHOLE = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def row_of(study, spelled):
    """The row of the table that a name in the sentence means; a sentence begins with a capital letter."""
    name = NAMES.get(spelled) or next(NAMES[known] for known in NAMES if known.capitalize() == spelled.capitalize())
    return next(level for level in study.levels if level.name == name)


def number(text):
    return float(text.replace(",", ""))


@st.composite
def sweeps(draw):
    """Results in which anything may have happened: (curves, statuses, mode, unit), of 1 to 11 optimizers."""
    names = draw(st.lists(st.sampled_from(sorted(OPTIMIZERS)), min_size=1, max_size=11, unique=True))
    seeds = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mode, unit = draw(st.sampled_from(["max", "min"])), draw(st.sampled_from(["steps", "seconds", "epochs"]))
    ties, misses, losses = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    curves, statuses = {}, {}
    for name in names:
        end, needed = rng.uniform(0.55, 0.95), int(rng.integers(1, 12))
        danger = rng.choice([0.0, 0.0, 0.5, 1.0]) if losses else 0.0
        for seed in range(seeds):
            noise = 0.0 if ties else 0.02 * rng.normal()
            value = round(float(end + noise), 1 if ties else 4)
            reached = needed if ties else max(1, needed + int(rng.integers(-1, 2)))
            is_miss = misses and rng.random() < 0.4
            curve = [0.1 if epoch < reached or is_miss else value for epoch in range(1, 14)]
            curves[name, seed] = curve if mode == "max" else [1 - point for point in curve]
            if rng.random() < danger:
                statuses[name, seed] = str(rng.choice(["DIVERGED", "FAILED"]))
    return curves, statuses, mode, unit


def study_of(tables, sweep):
    curves, statuses, mode, _ = sweep
    metric, target = ("val_accuracy", 0.5) if mode == "max" else ("val_loss", 0.5)
    trials, epochs = tables(curves, metric=metric, statuses=statuses, mode=mode)
    return make_study(trials, epochs, metric, mode, np.random.default_rng(0), target=target)


def each_time_stands_beside_the_optimizer_whose_it_is(study, unit, said):
    found = re.findall(rf"({NUMBER}) \(({NAME})\)(?= to | and |, | {unit})", said.partition("in a median of ")[2])
    alone = re.search(rf"({NAME}) reaches [^;]*? soonest, in a median of ({NUMBER}) {unit}", said, re.IGNORECASE)
    for time, name in [*found, *([alone.groups()[::-1]] if alone else [])]:
        median = row_of(study, name).times[unit].median
        assert number(time) == pytest.approx(median, rel=6e-3), said
    for name, factor in re.findall(rf"({NAME}) takes ({NUMBER})x the {unit} of", said):
        ratio = next(speed.ratio for speed in study.speeds[unit] if speed.ratio.slow == row_of(study, name).name)
        assert number(factor) == pytest.approx(ratio.ratio, rel=6e-2), said
    for name, hits, count in re.findall(rf"({NAME}) on (\d+) of (\d+) seed", said):
        times = row_of(study, name).times[unit]
        assert (int(hits), int(count)) == (times.hits, len(times.times)), said
    reached = [level for level in study.levels if level.times[unit].hits]
    numbered = [level for level in study.levels if level.selected.report.values]
    if len(numbered) > 1 and reached and "can't tell which" not in said and "no more than half" not in said:
        assert "in a median of " in said, said
        assert found or alone or "each" in said or re.search(rf"in a median of {NUMBER} {unit}", said), said


def lists_have_the_order_of_the_table(study, unit, said):
    order = [level.name for level in study.levels]
    for clause in said.split("; "):
        listed = re.search(rf"in a median of ((?:{NUMBER} \((?:{NAME})\)(?:, | and )?)+) {unit}", clause)
        names = re.findall(rf"\(({NAME})\)", listed[1]) if listed else []
        places = [order.index(NAMES[name]) for name in names]
        assert places == sorted(places), clause


def an_interval_that_excludes_equal_speed_is_not_told_apart_only_with_the_reason(study, unit, said):
    for low, more in re.findall(rf"not told apart in speed: [^(;]*\(95 % CI ({NUMBER})([^)]*)\)", said):
        high = re.match(rf"-({NUMBER})", more)
        excludes_one = number(low) > 1 or (high is not None and number(high[1]) < 1)
        assert not excludes_one or re.search(r"once all \d+ pairs are accounted for", more), said


def mean_of(study, name):
    mean = row_of(study, name).estimates["mean"].value
    return 100 * mean if study.metric == "val_accuracy" else mean


def each_value_stands_beside_the_optimizer_whose_it_is(study, unit, said):
    values = re.findall(rf"({NAME})(?: is best| ends)? at ({NUMBER})", said, re.IGNORECASE)
    values += [
        (name, text)
        for text, name in re.findall(
            rf"({NUMBER})(?: %)?(?: validation \w+)? \(({NAME})\),?(?= to | are)", said.partition("in a median")[0]
        )
    ]
    for name, text in values:
        if "ahead of the other" not in said and "are worse than" not in said:
            assert number(text) == pytest.approx(mean_of(study, name), rel=6e-4, abs=0.051), said
    top = leaders(study)
    for name, text in re.findall(rf"of ({NAME}) by ({NUMBER})", said):
        pair = study.comparison(top[0].name, row_of(study, name).name)
        scale = 100 if study.metric == "val_accuracy" else 1
        assert number(text) == pytest.approx(scale * abs(pair.difference.value), rel=6e-3), said
    if len(study.levels) > 1 and len(top) > 1 and any(len(pair.seeds) > 1 for pair in study.comparisons):
        assert values or "each at" in said, said


def an_interval_that_excludes_no_difference_is_not_told_apart_only_with_the_reason(study, unit, said):
    for low, high, more in re.findall(rf"not told apart \([^)]*95 % CI ({NUMBER}) to ({NUMBER})([^)]*)\)", said):
        if number(low) > 0 or number(high) < 0:
            assert re.search(r"once all \d+ pairs are accounted for", more), said


def a_tie_is_said_of_equal_numbers_alone(study, unit, said):
    if re.search(r"\bties?\b", said):
        first, *others = leaders(study)
        assert all(study.comparison(first.name, other.name).is_exact_tie for other in others)
    assert "equivalent" not in said, "without a margin nothing is equivalent"


RULES = (
    each_time_stands_beside_the_optimizer_whose_it_is,
    lists_have_the_order_of_the_table,
    an_interval_that_excludes_equal_speed_is_not_told_apart_only_with_the_reason,
    each_value_stands_beside_the_optimizer_whose_it_is,
    an_interval_that_excludes_no_difference_is_not_told_apart_only_with_the_reason,
    a_tie_is_said_of_equal_numbers_alone,
)


@given(sweep=sweeps())
@WHOLE
def test_whatever_happened_every_number_is_that_of_the_name_beside_it(tables, sweep):
    study, unit = study_of(tables, sweep), sweep[3]
    said = answer(study, unit)
    assert "nan" not in said
    assert not re.search(r"\binf\b", said)
    for rule in RULES:
        rule(study, unit, said)


def test_the_slower_of_two_is_not_given_the_steps_of_the_faster(tables):
    # Gradient descent ends higher and needs more epochs.
    needed = {"sgd": (5, 3, 6, 5), "adam": (3, 6, 3, 3)}
    noise = (0.001, -0.002, 0.003, 0.0)
    curves = {
        (name, seed): [0.2 if epoch < when else (0.961 if name == "sgd" else 0.96) + noise[seed - (name == "sgd")]
                       for epoch in range(1, 9)]
        for name, epochs in needed.items() for seed, when in enumerate(epochs)
    }  # fmt: skip
    trials, epochs = tables(curves)
    said = answer(make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), target=0.95))
    assert said.startswith("Gradient descent at 96.2 % and Adam at 96.0 % validation accuracy are not told apart")
    assert "95 % is reached in a median of 50 (gradient descent) and 30 (Adam) steps" in said
