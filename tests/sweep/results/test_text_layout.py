"""A terminal breaks no word and no number, whatever its width, and a pipe gets whole lines."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from sweep.results.text_layout import print_rows, print_sentence

WORDS = st.lists(st.text("abcdefg=.019", min_size=1, max_size=12), min_size=1, max_size=6).map(" ".join)


def printed(show, width: int, *, terminal: bool = True) -> list[str]:
    stream = io.StringIO()
    show(Console(file=stream, force_terminal=terminal, width=width, color_system=None, highlight=False, markup=False))
    return stream.getvalue().splitlines()


@given(st.lists(WORDS, min_size=1, max_size=5), st.sampled_from([60, 80, 120]))
def test_rows_keep_every_word_of_their_names_and_every_number(names, width):
    columns = {
        "setting": names,
        "a sweep with a long name": ["97.35 %"] * len(names),
        "gain": ["-0.12 points"] * len(names),
        "95 % interval": ["-1.25 to 0.75 points"] * len(names),
        "p (Holm)": ["0.0021"] * len(names),
    }
    numeric = [False, True, True, False, True]
    lines = printed(lambda console: print_rows(console, columns, numeric, ("p (Holm)", "95 % interval")), width)
    words = " ".join(lines).split()
    assert max(map(len, lines)) <= width
    assert all(word in words for name in names for word in name.split())
    assert " ".join(lines).count("97.35 %") == " ".join(lines).count("-0.12 points") == len(names)
    assert ("p (Holm)" in lines[0]) == (width > 60)


@given(WORDS, st.sampled_from([60, 80, 120]))
def test_a_sentence_is_broken_between_words_alone(words, width):
    said = f"{words} {words} {words}"
    assert " ".join(printed(lambda console: print_sentence(console, said), width)).split() == said.split()


@pytest.mark.parametrize("width", [20, 80])
def test_a_pipe_gets_a_sentence_on_one_line(width):
    said = "many words " * 20
    assert len(printed(lambda console: print_sentence(console, said), width, terminal=False)) == 1
