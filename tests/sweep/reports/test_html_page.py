"""The report says what the data say, needs nothing but itself, and refuses what is no finished sweep."""

from __future__ import annotations

import re
import shutil
import xml.dom.minidom

import matplotlib.image
import pandas as pd
import pytest

from sweep import load_config, run
from sweep.reports.html_page import with_code, write_report


def test_the_page_opens_with_the_question_and_the_answer(page, report):
    assert page.texts["h1"] == 'Is adam < sgd & "better"?'
    assert page.texts["answer"] == report.sentence.splitlines()[0]
    assert "Adam" in report.sentence


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


def test_where_all_diverged_no_figure_and_no_note_speaks_of_numbers(tmp_path, read_page):
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
    page = read_page(report.html.read_text(encoding="utf-8"))
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
    always |= {"confusion", "classifier-curves", "data"}
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


def test_a_sweep_in_which_all_diverged_at_once_has_a_page_without_curves(results, tmp_path, read_page):
    folder = shutil.copytree(results, tmp_path / "copy")
    trials = pd.read_parquet(folder / "trials.parquet")
    numbers = [name for name in trials if name.startswith(("final_", "best_"))] + ["target_steps"]
    trials = trials.assign(status="DIVERGED", **dict.fromkeys(numbers, float("nan")))
    trials.to_parquet(folder / "trials.parquet")
    pd.read_parquet(folder / "epochs.parquet").head(0).to_parquet(folder / "epochs.parquet")
    report = write_report(folder)
    page = read_page(report.html.read_text(encoding="utf-8"))
    assert report.sentence == (
        "No answer: 18 of 18 trainings of gradient descent and 48 of 48 trainings of Adam diverged."
    )
    assert [row[2] for row in page.tables["levels"][1:]] == ["none", "none"]
    assert not {"learning-curves", "differences", "time-to-target"} & set(page.ids)


def test_the_page_of_the_users_own_training_has_its_hyperparameters_and_no_optimizer(own_sweep, read_page):
    text = (own_sweep.path / "report.html").read_text(encoding="utf-8")
    page = read_page(text)
    assert page.texts["h1"] == "Which setting is best in own?"
    assert page.tables["levels"][1][:3] == ["1", "all settings", "0.74"]
    head, first, *_ = page.tables["arms"]
    assert [cell.strip() for cell in head[1:4]] == ["model.kind", "model.width", "norm"]
    assert [first[1], first[2], first[3]] == ["tree", "16", "true"]
    assert {row[3] for row in page.tables["arms"][1:]} == {"true", "null"}
    assert "median epochs to target" in text
    assert "such as tree 16" in text
    markdown = (own_sweep.path / "report.md").read_text(encoding="utf-8")
    assert "optimizer" not in markdown.replace("optimizer-sweep", "")
    assert "![Best setting at each model.width](figures/sensitivity-1.svg)" in markdown
    assert "![Width over epochs](figures/learning-curves-3.svg)" in markdown


PRUNING = """
name: pruning
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 9, target: 0.9}
metric: {name: val_accuracy}
optimizers:
  sgd: {learning_rate: [0.001, 0.01, 0.1, 0.3, 0.5]}
  adam: {learning_rate: [0.0001, 0.001, 0.01, 0.05, 0.1]}
space: {batch_size: [16, 32]}
seeds: 2
scheduler: {method: asha, reduction_factor: 3, grace_period: 1}
resources: {executor: inline}
tracking: {enabled: false}
"""


def test_the_report_of_a_sweep_with_a_scheduler_shows_what_was_pruned(tmp_path):
    (tmp_path / "sweep.yaml").write_text(f"{PRUNING}results: {tmp_path / 'results'}\n", encoding="utf-8")
    result = run(load_config(tmp_path / "sweep.yaml"))
    pruned = result.trials[result.trials["status"] == "PRUNED"]
    assert set(pruned["pruned_rung"]) <= {1.0, 3.0}
    assert pruned["pruned_rung"].tolist() == pruned["epochs_done"].tolist()
    assert pruned["final_val_accuracy"].isna().all()
    assert result.leaderboard["pruned"].sum() == len(pruned) > 0
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert f"pruning on iris: 40 trials, 20 arms, 2 seeds, {len(pruned)} pruned<" in page
    assert all(f'id="{name}"' in page for name in ("search-history", "rungs", "slices", "importance"))
    assert not any(f'id="{name}"' in page for name in ("proposals", "tuning-curves", "heat-maps", "pareto-front"))
    markdown = (result.path / "report.md").read_text(encoding="utf-8")
    assert f"The scheduler pruned {len(pruned)} of 40 trainings" in markdown
    assert "![" in markdown.split("## Rungs and survivors")[1].split("## ")[0]


def test_a_grid_without_a_scheduler_has_none_of_the_figures_of_a_search(report):
    text = report.html.read_text(encoding="utf-8")
    assert not any(f'id="{name}"' in text for name in ("search-history", "rungs", "slices", "contours", "proposals"))
    assert "pruned" not in text.split("<h2>All arms")[0].split("<h2>Health")[1]
