"""Every level has its name and one coloured line, and no words lie on others."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.reports.graph_records import Dimension, Parallel
from sweep.reports.svg.parallel import draw_parallel

NAMES = st.text("abcdefghmwW LR=0.19_-", min_size=1, max_size=60).map(lambda words: words.strip() or "x")


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 6), st.integers(1, 30))
def test_parallel_coordinates(check, data, count, kinds):
    first = Dimension("optimizer", tuple(((n + 0.5) / kinds, data.draw(NAMES)) for n in range(kinds)), is_number=False)
    others = tuple(
        Dimension(data.draw(NAMES), tuple((data.draw(st.floats(0, 1)), f"{n / 7:.6g}") for n in range(6)))
        for _ in range(count)
    )
    places = (*[0.5] * count, None)
    check(draw_parallel(Parallel((first, *others), ("arm",), (0,), (places,))))


def test_a_line_without_a_value_is_explained_in_the_words_of_the_figure(check):
    axes = tuple(Dimension(name, ((0.5, "1"),)) for name in ("width", "depth", "loss"))
    svg = draw_parallel(Parallel(axes, ("arm",), (0,), ((0.5, None, 0.5),), "none: the setting lacks it"))
    check(svg)
    assert "none: the setting lacks it" in svg
    assert "optimizer" not in svg


def test_colours_with_a_meaning_of_their_own_have_a_legend(check):
    axes = tuple(Dimension(name, ((0.5, "1"),)) for name in ("width", "depth", "loss"))
    names = tuple(f"until epoch {3**power}" for power in range(7))
    places = tuple((0.5, None, 0.5) for _ in names)
    svg = draw_parallel(Parallel(axes, names, tuple(range(7)), places, "none", names))
    check(svg)
    assert all(svg.count(f">{name}</text>") == 1 for name in names)
    assert "until epoch" not in draw_parallel(Parallel(axes, ("arm",), (0,), places[:1]))
