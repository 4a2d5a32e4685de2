"""Suggestions are those that a person would make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.data.source import DATASETS
from trainers.errors import did_you_mean, edit_distance
from trainers.optimizers import OPTIMIZERS

WORDS = st.text(alphabet="abcd_", min_size=0, max_size=9)


@pytest.mark.parametrize(
    ("received", "known", "meant"),
    [
        ("adm", OPTIMIZERS, "adam"),
        ("Adam", OPTIMIZERS, "adam"),
        ("rms_prop", OPTIMIZERS, "rmsprop"),
        ("momentun", OPTIMIZERS, "momentum"),
        ("heavyball", OPTIMIZERS, "heavy_ball"),
        ("breast-cancer", DATASETS, "breast_cancer"),
        ("nmae", ["name", "mode"], "name"),
        ("irs", ["iris", "wine"], "iris"),
        ("sign_momentun", ["SignMomentum", "sign_momentum"], "sign_momentum"),
        ("learnign_rte", ["learning_rate", "decay_rate"], "learning_rate"),
        ("validations", ["validation", "normalise"], "validation"),
    ],
)
def test_a_slip_of_the_hand_is_understood(received, known, meant):
    assert did_you_mean(received, known) == f" Did you mean `{meant}`?"


@pytest.mark.parametrize(
    ("received", "known"),
    [
        ("adamax", OPTIMIZERS),
        ("adadelta", OPTIMIZERS),
        ("adafactor", OPTIMIZERS),
        ("radam", ["adamw", "lion"]),
        ("rprop", OPTIMIZERS),
        ("mnist", DATASETS),
        ("titanic", DATASETS),
        ("price", ["pieces", "rice_type", "slice"]),
        ("id", ["lr", "x", "y1"]),
        ("", ["a", "b"]),
    ],
)
def test_what_names_another_thing_brings_no_suggestion(received, known):
    # One of these may become known some day.
    assert did_you_mean(received, [name for name in known if name != received]) == ""


@given(WORDS, WORDS)
def test_the_distance_is_symmetric_and_zero_for_equal_words_alone(first, second):
    assert edit_distance(first, second) == edit_distance(second, first)
    assert (edit_distance(first, second) == 0) == (first == second)
    assert edit_distance(first, second) <= max(len(first), len(second))


@given(WORDS, st.data())
def test_one_edit_is_a_distance_of_one(word, data):
    at = data.draw(st.integers(0, len(word)))
    assert edit_distance(word, f"{word[:at]}x{word[at:]}") == 1
    if at + 1 < len(word) and word[at] != word[at + 1]:
        swapped = f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
        assert edit_distance(word, swapped) == 1
