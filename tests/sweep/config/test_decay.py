"""A decay takes the numbers of its own formula and no others."""

from __future__ import annotations

import pytest

from tests.sweep.config.conftest import GOOD


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "space: {decay: linear}",
            "`space.decay` must be one of constant, inverse_time, exponential, inverse_sqrt, staircase, cosine,",
        ),
        (
            "space: {decay: {kind: exponential, rate: 2}}",
            "x.yaml:3:42: `space.decay.rate` must lie in (0, 1] for the decay",
        ),
        ("space: {decay: {kind: constant, rate: 1}}", "`space.decay.rate` is not used by this constant decay"),
        ("space: {decay: {kind: staircase, values: [1, 2]}}", "`space.decay.values` is given without `boundaries`."),
        (
            "space: {decay: {kind: staircase, boundaries: [5, 5], values: [1, 2, 3]}}",
            "`space.decay.boundaries` must increase. Received: [5, 5].",
        ),
        (
            "space: {decay: {kind: staircase, boundaries: [5], values: [1, 2, 3]}}",
            "`space.decay.values` must have one entry more than `boundaries`, which has 1.",
        ),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))
