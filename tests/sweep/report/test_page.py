"""The report says what the data say, needs nothing but itself, and refuses what is no finished sweep."""

from __future__ import annotations

import re
import shutil
import xml.dom.minidom
from html.parser import HTMLParser

import matplotlib.image
import pandas as pd
import pytest

from sweep import load_config, run
from sweep.errors import ResultsError
from sweep.report.findings import find_folder
from sweep.report.page import with_code, write_report
from sweep.results import load_results


class Page(HTMLParser):
    """The texts of a page: id -> rows of cells of each table, and all that names another file."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.last = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.links += [found[key] for key in ("src", "href", "xlink:href") if found.get(key)]
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "table":
            self.last = found["id"]
            self.tables[self.last] = []
        elif tag == "tr":
            self.tables[self.last].append([])
        elif tag in ("td", "th"):
            self.tables[self.last][-1].append("")
        if tag in ("td", "th", "h1", "p"):
            self.open.append(found.get("id", tag))

    def handle_endtag(self, tag):
        if tag in ("td", "th", "h1", "p"):
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[self.last][-1][-1] += data
        elif self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data


@pytest.fixture(scope="module")
def report(results):
    return write_report(results, figures=True)


@pytest.fixture(scope="module")
def page(report):
    return Page(report.html.read_text(encoding="utf-8"))


def test_the_page_opens_with_the_question_and_the_answer(page, report):
    assert page.texts["h1"] == 'Is adam < sgd & "better"?'
    assert page.texts["answer"] == report.sentence.splitlines()[0]
    assert "Adam" in report.sentence


def test_the_leaderboard_shows_the_mean_of_each_optimizers_best_setting(page, results):
    board = load_results(results).leaderboard
    rows = {row[1]: row for row in page.tables["levels"][1:]}
    for name, optimizer in (("adam", "adam"), ("sgd", "sgd")):
        best = board[(board["optimizer"] == optimizer) & (board["diverged"] == 0)]["final_val_accuracy_mean"].max()
        assert rows[name][2] == f"{100 * best:.1f} %"
    # 2 learning rates x 2 x 2 betas x 2 batch sizes, and 3 learning rates x 2 batch sizes.
    tried = page.tables["levels"][0].index("Tried")
    assert (rows["adam"][tried], rows["sgd"][tried]) == ("16", "6")


def test_every_table_spells_optimizers_and_hyperparameters_as_the_sweep_file_does(page):
    levels, arms = page.tables["levels"], page.tables["arms"]
    optimizers = {"sgd", "adam"}
    # Base rates, which have no rank, are no optimizers.
    ranked = [row for row in levels[1:] if row[0]]
    assert {row[1] for row in ranked} == optimizers
    assert {row[arms[0].index("optimizer")] for row in arms[1:] if row[0]} == optimizers
    named = {"learning_rate", "beta1", "beta2", "batch_size"}
    assert named <= set(arms[0])
    assert named <= set(page.tables["trials"][0])
    for row in ranked:
        optimizer, *parts = row[-1].split()
        assert optimizer == row[1]
        assert {part.partition("=")[0] for part in parts} <= named


def test_every_trial_and_every_arm_has_a_row_with_its_own_numbers(page, results):
    trials = load_results(results).trials
    head, *rows = page.tables["trials"]
    assert len(rows) == len(trials) == 66
    # 22 arms and 2 base rates.
    assert len(page.tables["arms"]) == 1 + 22 + 2
    by_id = {row[head.index("trial_id")]: row for row in rows}
    for _, trial in trials.iterrows():
        row = by_id[trial["trial_id"]]
        assert row[head.index("status")] == trial["status"]
        value = row[head.index("val_accuracy")]
        assert value == ("" if pd.isna(trial["final_val_accuracy"]) else f"{trial['final_val_accuracy']:.6g}")
    assert sum(row[head.index("status")] == "DIVERGED" for row in rows) == 6


def test_every_leaderboard_ends_with_the_base_rates_which_have_no_rank(page, report):
    levels, arms = page.tables["levels"], page.tables["arms"]
    head = arms[0]
    shown = [(row[head.index("optimizer")], row[-1]) for row in arms[1:] if not row[0] and row[-1]]
    expected = [(row[1], row[2]) for row in levels[1:] if row[-1] == "base rate"]
    assert [name for name, _ in shown] == [name for name, _ in expected] == ["Majority class", "Nearest centroid"]
    assert [f"{100 * float(value):.1f} %" for _, value in shown] == [value for _, value in expected]
    assert [row[1] for row in arms[-2:]] == [name for name, _ in shown]
    markdown = report.markdown.read_text(encoding="utf-8").split("## Best arms")[1]
    # The twin shows 20 of the 22 arms, and the base rates below them.
    assert sum(line.startswith("|") for line in markdown.splitlines()) == 2 + 20 + 2
    assert "| Majority class |" in markdown


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("Set `seeds: 5` & `a<b`.", "Set <code>seeds: 5</code> &amp; <code>a&lt;b</code>."),
        ("`x` and a lone ` stay.", "<code>x</code> and a lone ` stay."),
        ("", ""),
    ],
)
def test_what_stands_in_backticks_is_code(words, html):
    assert with_code(words) == html


def test_no_sentence_of_the_page_has_backticks(report):
    text = report.html.read_text(encoding="utf-8")
    assert "<code>metric.margin</code>" in text
    assert "`" not in re.sub(r"<(script|style|pre)>.*?</\1>", "", text, flags=re.DOTALL)


def test_ids_keep_their_whole_text_and_columns_of_what_never_happened_are_left_out(page, report, results):
    text = report.html.read_text(encoding="utf-8")
    trial_id = str(load_results(results).trials["trial_id"].iloc[0])
    assert f'<td class="id" title="{trial_id}">{trial_id}</td>' in text
    assert "diverged" in page.tables["arms"][0]
    assert "failed" not in page.tables["arms"][0]


def test_where_all_diverged_no_figure_and_no_note_speaks_of_numbers(tmp_path):
    (tmp_path / "sweep.yaml").write_text(
        f"""
        data: {{name: diabetes}}
        trainer: {{epochs: 2}}
        optimizers: {{sgd: {{learning_rate: [1.0e+20, 1.0e+30]}}}}
        seeds: 2
        resources: {{executor: inline}}
        tracking: {{enabled: false}}
        report: false
        results: {tmp_path / "results"}
        """,
        encoding="utf-8",
    )
    folder = run(load_config(tmp_path / "sweep.yaml")).path
    report = write_report(folder)
    page = Page(report.html.read_text(encoding="utf-8"))
    assert report.sentence.startswith("No answer: ")
    assert not [path for path in report.figures if path.name.startswith(("learning-rate-sens", "tuning-curves"))]
    assert "Mean predictor" not in {cell for row in page.tables["arms"] for cell in row}
    text = report.html.read_text(encoding="utf-8")
    assert "None has a result." in text
    assert "No trial has a result." in text
    assert "last column" not in text


def test_the_page_needs_no_other_file_and_no_name_is_used_twice(page, report):
    text = report.html.read_text(encoding="utf-8")
    assert {link for link in page.links if not link.startswith("#")} == {"data:,"}
    assert not re.findall(r"@import|https?://(?!www\.w3\.org/)", text)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(page.ids)


def test_every_figure_is_on_the_page_and_beside_it_as_png_and_svg(report):
    text = report.html.read_text(encoding="utf-8")
    names = {path.stem.rpartition("-")[0] for path in report.figures}
    always = {"learning-curves", "time-to-target", "differences", "learning-rate-sensitivity", "tuning-curves"}
    assert always | {"heat-maps", "schedules"} <= names <= always | {"heat-maps", "schedules", "importance"}
    for name in names:
        assert f'id="{name}"' in text
    drawings = [path for path in report.figures if path.suffix == ".svg"]
    assert len(drawings) == len(report.figures) / 2
    # The page has the learning curves over three units and on two scales, and the parallel coordinates.
    curves = sum(path.name.startswith("learning-curves") for path in drawings)
    assert text.count("<svg") == len(drawings) + 5 * curves + 1
    for path in drawings:
        assert matplotlib.image.imread(path.with_suffix(".png")).shape[1] == 840
        drawing = xml.dom.minidom.parse(str(path)).documentElement
        assert drawing.namespaceURI == "http://www.w3.org/2000/svg"
        # A file has no page whose variables would give its colours.
        assert "var(--c" not in path.read_text(encoding="utf-8")
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        xml.dom.minidom.parseString(svg)


def test_the_markdown_twin_says_the_same(report, page):
    text = report.markdown.read_text(encoding="utf-8")
    assert text.startswith(f'# Is adam < sgd & "better"?\n\n{report.sentence.splitlines()[0]}\n')
    assert all(f"\n- {effect}\n" in text for effect in report.sentence.splitlines()[1:])
    for row in page.tables["levels"][1:]:
        assert f"| {' | '.join(row)} |" in text
    assert f"sweep report {report.html.parent}" in text


def test_the_same_results_give_the_same_page(report, results):
    before = report.html.read_bytes()
    write_report(results)
    assert report.html.read_bytes() == before


def test_a_name_means_its_newest_results_and_not_those_of_a_longer_name(results):
    assert find_folder("small", results.parent) == results
    assert find_folder(results, "nowhere") == results
    with pytest.raises(ResultsError, match=r"Received: `smal`; .* holds `small`"):
        find_folder("smal", results.parent)
    with pytest.raises(ResultsError, match="`nowhere` holds none"):
        find_folder("small", "nowhere")


def test_a_sweep_that_is_not_finished_is_refused_with_its_numbers(results, tmp_path):
    folder = shutil.copytree(results, tmp_path / "copy")
    trials = pd.read_parquet(folder / "trials.parquet")
    trials.loc[:4, "status"] = "PENDING"
    trials.to_parquet(folder / "trials.parquet")
    with pytest.raises(ResultsError, match="where 5 of 66 trials have not run to their end"):
        write_report(folder)
    (folder / "trials.parquet").unlink()
    with pytest.raises(ResultsError, match=r"must hold `trials.parquet`"):
        write_report(folder)


def test_a_sweep_in_which_all_diverged_at_once_has_a_page_without_curves(results, tmp_path):
    folder = shutil.copytree(results, tmp_path / "copy")
    trials = pd.read_parquet(folder / "trials.parquet")
    numbers = [name for name in trials if name.startswith(("final_", "best_"))] + ["target_steps"]
    trials = trials.assign(status="DIVERGED", **dict.fromkeys(numbers, float("nan")))
    trials.to_parquet(folder / "trials.parquet")
    pd.read_parquet(folder / "epochs.parquet").head(0).to_parquet(folder / "epochs.parquet")
    report = write_report(folder)
    page = Page(report.html.read_text(encoding="utf-8"))
    assert report.sentence == (
        "No answer: 18 of 18 trainings of gradient descent and 48 of 48 trainings of Adam diverged."
    )
    assert [row[2] for row in page.tables["levels"][1:]] == ["none", "none"]
    assert not {"learning-curves", "differences", "time-to-target"} & set(page.ids)
