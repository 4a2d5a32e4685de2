"""Writes the report of a sweep: a self-contained HTML file, a Markdown version, and the figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from sweep.analysis.health_card import Card
from sweep.analysis.markdown_text import cell, fenced, inline
from sweep.analysis.wording import counted
from sweep.errors.masking import hide_secrets
from sweep.reports.collect import Findings, find_folder, gather
from sweep.reports.data_section import columns_grid, data_facts, data_graph
from sweep.reports.environment_table import environment, fingerprints
from sweep.reports.graph_records import Graph
from sweep.reports.held_out_table import held_out_grid
from sweep.reports.html_tables import arms_grid, trials_grid
from sweep.reports.levels_table import levels_grid
from sweep.reports.lineage_graph import lineage_graph
from sweep.reports.parallel_coordinates import parallel
from sweep.reports.pareto_graphs import pareto_graph
from sweep.reports.prediction_graphs import classifier_graph, confused_grid, confusion_graph, residual_graph
from sweep.reports.search_graphs import distribution_graph, history_graph, proposals_graph, rungs_graph
from sweep.reports.search_setting_graphs import contour_graph, search_importance_graph, slice_graph
from sweep.reports.setting_graphs import (
    difference_graph,
    heat_graph,
    importance_graph,
    sensitivity_graph,
    tuning_graph,
)
from sweep.reports.svg import draw
from sweep.reports.svg.parallel import draw_parallel
from sweep.reports.training_graphs import learning_graph, schedule_graph, target_graph
from sweep.results.report_files import FIGURES
from sweep.results.report_files import REPORT as HTML
from sweep.results.report_files import REPORT_MARKDOWN as MARKDOWN
from sweep.system.files import reported, write_text

GRAPHS = (
    learning_graph,
    pareto_graph,
    history_graph,
    rungs_graph,
    lineage_graph,
    target_graph,
    difference_graph,
    sensitivity_graph,
    tuning_graph,
    schedule_graph,
    heat_graph,
    importance_graph,
    search_importance_graph,
    slice_graph,
    contour_graph,
    proposals_graph,
    distribution_graph,
    confusion_graph,
    classifier_graph,
    residual_graph,
)

DATA = "data"
"""Name of the figure of the data, which stands in their section."""


@dataclass(frozen=True)
class ReportFiles:
    """Result of `write_report`.

    Args:
        html: path of the HTML page.
        markdown: path of the Markdown version.
        figures: paths of the figures.
        sentence: the conclusion, and one line per other factor that varies.
        cards: results of the health checks, most severe first.
    """

    html: Path
    markdown: Path
    figures: tuple[Path, ...]
    sentence: str
    cards: tuple[Card, ...] = ()


def write_report(name: str | Path, *, root: str | Path = "results", figures: bool = False) -> ReportFiles:
    """Write ``report.html``, ``report.md`` and its figures as SVG into the results folder of a finished sweep.

    Args:
        name: results folder, or the name of a sweep, whose newest results are used.
        root: folder that contains all results, searched for a name.
        figures: also write each figure as PNG.

    Raises:
        ResultsError: if there are no results, they are unfinished, or the folder cannot be written.
        ComparisonError: if compared trials differ in data, split, initial weights or batches.
    """
    return write_findings(gather(find_folder(name, root)), figures=figures)


def write_findings(findings: Findings, *, figures: bool = False) -> ReportFiles:
    """Write the report of the given findings into their folder.

    Args:
        findings: findings of a sweep, or of runs of another tool.
        figures: also write each figure as PNG.
    """
    graphs = make_graphs(findings)
    html, markdown = findings.folder / HTML, findings.folder / MARKDOWN
    saved = tuple(_save(findings.folder / FIGURES, graphs, figures))
    # Names, questions and errors are the user's, and may quote an address with its password. The page is written last,
    # so that it is there only if the rest is.
    write_text(markdown, hide_secrets(render_markdown(findings, graphs)))
    write_text(html, hide_secrets(render_html(findings, graphs)))
    return ReportFiles(html, markdown, saved, findings.answers, findings.cards)


def make_graphs(findings: Findings) -> tuple[Graph, ...]:
    """Make the figures that the results allow, in page order."""
    graphs = [graph for make in GRAPHS if (graph := make(findings)) is not None]
    if findings.data is not None and (of_data := data_graph(findings.data)) is not None:
        graphs.append(of_data)
    return tuple(graphs)


def render_html(findings: Findings, graphs: tuple[Graph, ...]) -> str:
    """Render the page.

    Args:
        findings: the results.
        graphs: the figures, in page order.
    """
    # The SVG is generated by this project, which has already escaped its text.
    views = {
        graph.name: [(view.x, view.y, [Markup(draw(panel)) for panel in view.panels]) for view in graph.views]
        or [("", "", [Markup(draw(panel)) for panel in graph.panels])]
        for graph in graphs
    }
    lines = parallel(findings)
    template = _templates().get_template("page.html.jinja")
    text: str = template.render(
        **_content(findings),
        graphs=[graph for graph in graphs if graph.name != DATA],
        views=views,
        pictures=[picture for *_, panels in views.get(DATA, ()) for picture in panels],
        parallel=None if lines is None else Markup(draw_parallel(lines)),
        has_rungs=lines is not None and bool(lines.legend),
        arms=len(findings.leaderboard),
        tables=(arms_grid(findings), trials_grid(findings)),
        example=_example(findings),
    )
    return text


def render_markdown(findings: Findings, graphs: tuple[Graph, ...]) -> str:
    """Render the Markdown version, which links to the pictures in ``figures``."""
    template = _templates().get_template("page.md.jinja")
    text: str = template.render(
        **_content(findings),
        graphs=[graph for graph in graphs if graph.name != DATA],
        pictures=[panel.title for graph in graphs if graph.name == DATA for panel in graph.panels],
        folder=FIGURES,
        arms=arms_grid(findings),
    )
    return text


def _content(findings: Findings) -> dict[str, object]:
    subject = findings.subject
    urgent = [card for card in findings.cards if card.severity != "note"]
    return {
        "name": subject.name,
        "question": subject.question or f"Which {findings.study.scientific or 'setting'} is best in {subject.name}?",
        "sentence": findings.sentence,
        "effects": findings.effects,
        "levels": levels_grid(findings),
        "test": held_out_grid(findings),
        "confused": confused_grid(findings),
        "facts": () if findings.data is None else data_facts(findings.data),
        "columns": None if findings.data is None else columns_grid(findings.data),
        "remarks": () if findings.data is None else findings.data.notes,
        "urgent": urgent,
        "notes": [card for card in findings.cards if card.severity == "note"],
        "size": _size(findings),
        "data": subject.data,
        "commands": subject.commands,
        "config": findings.config_text,
        "environment": environment(findings),
        "fingerprints": fingerprints(findings),
    }


def _size(findings: Findings) -> str:
    """Numbers of trials, arms and seeds, and of trials that were ended early, if there are any."""
    counts = findings.trials["status"].value_counts()
    numbers = [
        (len(findings.trials), "trial"),
        (len(findings.leaderboard), "arm"),
        (findings.trials["seed"].nunique(), "seed"),
    ]
    ended = [f"{counts[status]:,} {status.lower()}" for status in ("PRUNED", "CANCELLED") if status in counts]
    return ", ".join([*(counted(number, noun) for number, noun in numbers), *ended])


def _example(findings: Findings) -> str:
    """Words that the tables of arms and trials can be filtered by."""
    if not findings.study.is_own:
        return "adam 128"
    values = [part.rpartition("=")[2] for part in str(findings.leaderboard["arm"].iloc[0]).split()]
    return " ".join(values[:2])


def _save(folder: Path, graphs: tuple[Graph, ...], pictures: bool) -> Iterator[Path]:
    with reported(folder):
        folder.mkdir(exist_ok=True)
        for graph in graphs:
            for number, panel in enumerate(graph.panels, 1):
                path = folder / f"{graph.name}-{number}.svg"
                path.write_text(draw(panel, is_themed=False), encoding="utf-8")
                yield path
                if pictures:
                    # Importing matplotlib takes a second, and the page does not need it.
                    from sweep.reports.figures import draw_png

                    path.with_suffix(".png").write_bytes(draw_png(panel))
                    yield path.with_suffix(".png")


def with_code(words: str) -> Markup:
    """Convert a sentence to HTML, with text between backticks as code.

    >>> with_code("Give `seeds: 5` & more.")
    Markup('Give <code>seeds: 5</code> &amp; more.')
    """
    parts = words.split("`")
    if len(parts) % 2 == 0:
        # An unmatched backtick is kept as is.
        parts[-2:] = ["`".join(parts[-2:])]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("sweep.reports"),
        autoescape=select_autoescape(["html.jinja"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(with_code=with_code, inline=inline, cell=cell, fenced=fenced)
    return made
