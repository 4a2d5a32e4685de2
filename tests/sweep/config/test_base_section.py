"""One of several names, or a count or a word: what is taken, and what is offered instead of another value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sweep.config.base_section import CountOr, OneOf, Section, paragraph, unknown_name
from tests.sweep.config.conftest import GOOD


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("resources: {workers: 0}", "`resources.workers` must be a whole number, 1 or more, or auto. Received: 0."),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))


NAMES = ("alpha", "beta", "gamma")


@given(st.one_of(st.sampled_from(NAMES), st.text(), st.integers(), st.booleans(), st.none(), st.lists(st.text())))
def test_one_of_several_names_is_taken_and_nothing_else(raw):
    if raw in NAMES:
        assert OneOf(NAMES).read(raw) == raw
    else:
        with pytest.raises(ValidationError, match="must be one of alpha, beta, gamma"):
            OneOf(NAMES).read(raw)


@given(st.one_of(st.just("auto"), st.text(), st.integers(-3, 3), st.floats(-3, 3), st.booleans(), st.none()))
def test_a_whole_number_from_1_or_the_word_is_taken_and_nothing_else(raw):
    if raw == "auto" or (isinstance(raw, int) and not isinstance(raw, bool) and raw >= 1):
        assert CountOr("auto").read(raw) is raw
    else:
        with pytest.raises(ValidationError, match="must be a whole number, 1 or more, or auto"):
            CountOr("auto").read(raw)


def test_the_nearest_name_is_offered_and_without_one_any():
    assert unknown_name("betta", NAMES).hint == "Did you mean `beta`?"
    assert unknown_name("xyz", NAMES).hint == "Give one such as alpha."
    assert unknown_name(3, NAMES).hint == "Give one such as alpha."


def test_a_section_is_frozen_exact_about_types_and_without_other_keys():
    class Example(Section):
        count: int = 1
        """How many there are."""

    for wrong in ({"count": "1"}, {"count": True}, {"count": 1.0}, {"other": 1}):
        with pytest.raises(ValidationError):
            Example.model_validate(wrong)
    with pytest.raises(ValidationError, match="frozen"):
        Example().count = 2
    assert Example.model_json_schema()["properties"]["count"]["description"] == "How many there are."


@given(st.lists(st.text("abc-", min_size=1, max_size=9), min_size=1, max_size=60))
def test_a_long_description_is_broken_between_words_and_keeps_them(words):
    lines = paragraph(" ".join(words)).splitlines()
    assert [word for line in lines for word in line.split()] == words
    # The first line has room for the quotation marks of a docstring.
    assert [line for line in lines if len(line) > 116 - 3 * (line is lines[0])] == []


def test_code_is_not_broken():
    code = "`" + "space " * 15 + "`"
    assert code in paragraph(f"{'word ' * 20}{code} {'word ' * 30}")
