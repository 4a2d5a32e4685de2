"""A check as a table in Markdown, lines of a terminal, annotations and JSON."""

from __future__ import annotations

from sweep.gates.formats import github_annotations, markdown


def test_the_summary_is_one_table_whatever_is_in_it(ci_check):
    rows = [line for line in markdown(ci_check).splitlines() if line.startswith("|")]
    assert len(rows) == 5
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)
    assert "Of 3 gates 1 holds, 1 fails, 1 is too noisy to tell." in markdown(ci_check)


def test_annotations_are_escaped_as_githubs_toolkit_does(ci_check):
    assert github_annotations(ci_check) == [
        '::error file=ci.yaml,title=fails%3A a | b::SGD ends at "2", 5 %25 <worse>.',
        "::warning file=ci.yaml,title=too noisy%3A noisy%2C or%3A not::One seed.",
        "::warning file=ci.yaml::The baseline is old.",
    ]
    assert github_annotations(ci_check, strict=True)[1].startswith("::error ")
