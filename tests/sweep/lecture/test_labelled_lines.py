"""Labels decide how the lines of a section look."""

from __future__ import annotations

from dataclasses import replace

from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.reports.graph_records import Curves, Panel, Shares


def panel(*labels: str) -> Curves:
    return Curves("title", "x (m)", "y (s)", tuple(line(label, (0, 1), (0, n)) for n, label in enumerate(labels)))


def looks(panels: tuple[Panel, ...]) -> list[dict[str, int]]:
    return [{curve.label: curve.look for curve in one.curves} for one in panels if isinstance(one, Curves)]


def test_a_label_looks_the_same_in_all_panels_and_unlike_those_beside_it():
    # c and d may not look like each other, c not like b, b not like a: two looks serve all four.
    found = looks(looks_by_label((panel("a", "b"), panel("c", "d"), panel("b", "c"))))
    assert found == [{"a": 0, "b": 1}, {"c": 0, "d": 1}, {"b": 1, "c": 0}]


def test_a_pale_line_takes_the_look_of_the_full_line_of_its_label_and_no_look_for_itself():
    pale = replace(line("b", (0, 1), (0, 1)), tone="pale")
    alone = replace(line("each day", (0, 1), (0, 1)), tone="grey")
    both = replace(panel("a", "b"), curves=(alone, pale, *panel("a", "b").curves))
    (found,) = looks_by_label((both,))
    assert isinstance(found, Curves)
    assert [curve.look for curve in found.curves if curve.tone != "grey"] == [1, 0, 1]
    assert [curve.tone for curve in found.curves] == ["grey", "pale", "full", "full"]


def test_panels_without_lines_stay_as_they_are():
    bars = Shares("bars", "steps", ("a",), (1.0,), ("1",))
    assert looks_by_label((bars,)) == (bars,)
