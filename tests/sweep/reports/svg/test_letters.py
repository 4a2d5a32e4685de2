"""Words fit the width that they are given, and keep their two ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.reports.svg.letters import FONT, shortened, width_of, wrapped

WORDS = st.text("abcijlmwMW 0123=._-", max_size=60)


def test_the_width_is_that_of_the_letters_times_the_size():
    # a takes 0.65 of the height of the font, i 0.42, W 1.02 and a Chinese letter 1.05.
    assert width_of("aiW\u4e2d", 10.0) == pytest.approx(6.5 + 4.2 + 10.2 + 10.5)
    assert width_of("a") == pytest.approx(0.65 * FONT)
    assert width_of("a", 10.0, is_bold=True) == pytest.approx(6.5 * 1.15)


@given(WORDS, st.floats(12.0, 400.0), st.booleans())
def test_shortened_words_fit_and_begin_and_end_as_the_whole_did(words, width, is_bold):
    short = shortened(words, width, is_bold=is_bold)
    assert width_of(short, is_bold=is_bold) <= max(width, width_of("\u2026", is_bold=is_bold))
    if width_of(words, is_bold=is_bold) <= width:
        assert short == words
    else:
        first, last = short.split("\u2026")
        assert words.startswith(first)
        assert words.endswith(last)


@given(st.lists(st.text("abcmW", min_size=1, max_size=5), max_size=12), st.floats(80.0, 400.0))
def test_wrapped_lines_fit_and_hold_all_words_in_their_order(words, width):
    lines = wrapped(" ".join(words), width)
    assert " ".join(lines).split() == words
    assert all(width_of(line, is_bold=True) <= width for line in lines)
