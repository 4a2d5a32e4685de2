"""Writes the report of a sweep: one HTML file that needs nothing else, a Markdown twin, and its figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from sweep.analysis.health_card import Card
from sweep.analysis.wording import counted
from sweep.reports.collect import Findings, find_folder, gather
from sweep.reports.environment_table import environment, fingerprints
from sweep.reports.graph_records import Graph
from sweep.reports.html_tables import arms_grid, levels_grid, trials_grid
from sweep.reports.parallel_coordinates import parallel
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
from sweep.results.folder import FIGURES
from sweep.results.folder import REPORT as HTML
from sweep.results.folder import REPORT_MARKDOWN as MARKDOWN
from sweep.system.files import reported, write_text

GRAPHS = (
    learning_graph,
    target_graph,
    difference_graph,
    sensitivity_graph,
    tuning_graph,
    schedule_graph,
    heat_graph,
    importance_graph,
)


@dataclass(frozen=True)
class ReportFiles:
    """What `write_report` has written.

    Args:
        html: the page.
        markdown: its twin.
        figures: the pictures.
        sentence: the answer, and a line for each other factor that varies.
        cards: of the health checks, the serious ones first.
    """

    html: Path
    markdown: Path
    figures: tuple[Path, ...]
    sentence: str
    cards: tuple[Card, ...] = ()


def write_report(name: str | Path, *, root: str | Path = "results", figures: bool = False) -> ReportFiles:
    """Write ``report.html``, ``report.md`` and its figures as SVG into the results folder of a finished sweep.

    Args:
        name: the folder, or the name of a sweep, whose newest results are taken.
        root: folder of all results, to find a name in.
        figures: write each picture as PNG too.

    Raises:
        ResultsError: if there are no such results, they are not finished, or their folder can't be written.
        ComparisonError: if trials that are compared did not see the same.
    """
    return write_findings(gather(find_folder(name, root)), figures=figures)


def write_findings(findings: Findings, *, figures: bool = False) -> ReportFiles:
    """Write the report of what was found into the folder that it names.

    Args:
        findings: of a sweep, or of another tool's runs.
        figures: write each picture as PNG too.
    """
    graphs = make_graphs(findings)
    html, markdown = findings.folder / HTML, findings.folder / MARKDOWN
    saved = tuple(_save(findings.folder / FIGURES, graphs, figures))
    write_text(html, render_html(findings, graphs))
    write_text(markdown, render_markdown(findings, graphs))
    return ReportFiles(html, markdown, saved, findings.answers, findings.cards)


def make_graphs(findings: Findings) -> tuple[Graph, ...]:
    """The figures that the results allow, in the order of the page."""
    return tuple(graph for make in GRAPHS if (graph := make(findings)) is not None)


def render_html(findings: Findings, graphs: tuple[Graph, ...]) -> str:
    """Render the page.

    Args:
        findings: the results.
        graphs: the figures in their order.
    """
    # The drawings are this project's own, which has escaped their texts.
    views = {
        graph.name: [(view.x, view.y, [Markup(draw(panel)) for panel in view.panels]) for view in graph.views]
        or [("", "", [Markup(draw(panel)) for panel in graph.panels])]
        for graph in graphs
    }
    lines = parallel(findings)
    template = _templates().get_template("page.html.jinja")
    text: str = template.render(
        **_content(findings),
        graphs=graphs,
        views=views,
        parallel=None if lines is None else Markup(draw_parallel(lines)),
        arms=len(findings.leaderboard),
        tables=(arms_grid(findings), trials_grid(findings)),
    )
    return text


def render_markdown(findings: Findings, graphs: tuple[Graph, ...]) -> str:
    """Render the twin, whose pictures lie in ``figures``."""
    template = _templates().get_template("page.md.jinja")
    text: str = template.render(**_content(findings), graphs=graphs, folder=FIGURES, arms=arms_grid(findings))
    return text


def _content(findings: Findings) -> dict[str, object]:
    subject = findings.subject
    urgent = [card for card in findings.cards if card.severity != "note"]
    return {
        "name": subject.name,
        "question": subject.question or f"Which {findings.study.scientific} is best in {subject.name}?",
        "sentence": findings.sentence,
        "effects": findings.effects,
        "levels": levels_grid(findings),
        "urgent": urgent,
        "notes": [card for card in findings.cards if card.severity == "note"],
        "size": ", ".join(
            counted(number, noun)
            for number, noun in (
                (len(findings.trials), "trial"),
                (len(findings.leaderboard), "arm"),
                (findings.trials["seed"].nunique(), "seed"),
            )
        ),
        "data": subject.data,
        "commands": subject.commands,
        "config": findings.config_text,
        "environment": environment(findings),
        "fingerprints": fingerprints(findings),
    }


def _save(folder: Path, graphs: tuple[Graph, ...], pictures: bool) -> Iterator[Path]:
    with reported(folder):
        folder.mkdir(exist_ok=True)
        for graph in graphs:
            for number, panel in enumerate(graph.panels, 1):
                path = folder / f"{graph.name}-{number}.svg"
                path.write_text(draw(panel, is_themed=False), encoding="utf-8")
                yield path
                if pictures:
                    # Matplotlib takes a second to load, and a page does not need it.
                    from sweep.reports.figures import draw_png

                    path.with_suffix(".png").write_bytes(draw_png(panel))
                    yield path.with_suffix(".png")


def with_code(words: str) -> Markup:
    """A sentence as HTML: what stands between two backticks is code.

    >>> with_code("Give `seeds: 5` & more.")
    Markup('Give <code>seeds: 5</code> &amp; more.')
    """
    parts = words.split("`")
    if len(parts) % 2 == 0:
        # A backtick without its fellow is no more than that.
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
    made.filters["with_code"] = with_code
    return made
