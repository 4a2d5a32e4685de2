"""Writes the lecture as a self-contained HTML page with embedded figures."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass

from sweep.lecture.formulas import formula, prose
from sweep.lecture.outcome import LectureSection, Outcome
from sweep.reports.graph_records import Panel


@dataclass(frozen=True)
class Part:
    """One section of the page: the section, its outcome, and the text of its settings file."""

    section: LectureSection
    outcome: Outcome
    settings: str


STYLE = """
:root { color-scheme: light dark; --line: #d8dde3; --soft: #f5f7f9; --ink: #1b1b1b; --pale: #57606a; --link: #0063a6; }
:root { --paper: #ffffff; --bar: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --line: #353b41; --soft: #1e2226; --ink: #e8eaec; --pale: #a2a8ae; --link: #6cc1f5; }
  :root { --paper: #15181b; --bar: #4fb3f0; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); }
body { font: 17px/1.6 system-ui, "Segoe UI", Roboto, sans-serif; }
header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 40px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 4px; }
p { max-width: 72ch; margin: 0 0 14px; }
a { color: var(--link); }
section { border-top: 1px solid var(--line); padding: 36px 0 20px; scroll-margin-top: 8px; }
nav ol { columns: 2; padding-left: 0; list-style: none; margin: 20px 0 36px; max-width: 860px; }
nav li { padding: 5px 0; break-inside: avoid; }
.number { color: var(--pale); font-variant-numeric: tabular-nums; margin-right: 8px; }
.question { color: var(--pale); margin-bottom: 16px; }
.found { border-left: 4px solid var(--bar); background: var(--soft); }
.found { padding: 12px 16px; max-width: 80ch; margin: 18px 0; }
.formulas { margin: 0 0 18px; padding: 0; list-style: none; }
.formulas li { font: italic 1.08rem/1.9 "Cambria Math", Cambria, "STIX Two Text", Georgia, serif; }
sub, sup { font-size: 0.72em; line-height: 0; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 22px; }
.panels img { width: 100%; height: auto; display: block; }
.panels { margin: 22px 0; align-items: end; }
figure { margin: 0; max-width: 30rem; }
figcaption { font-weight: 600; font-size: 0.95rem; line-height: 1.4; margin-bottom: 6px; }
.scroll { overflow-x: auto; margin: 18px 0; }
table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px 6px 0; text-align: right; border-bottom: 1px solid var(--line); vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--pale); font-weight: 600; }
code { font: 0.88em/1.4 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; background: var(--soft); }
code { padding: 1px 4px; border-radius: 3px; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: 12px 14px; overflow-x: auto; border-radius: 4px; }
pre code { padding: 0; background: none; overflow-wrap: normal; }
summary { cursor: pointer; color: var(--link); }
footer { color: var(--pale); border-top: 1px solid var(--line); padding: 20px 20px 40px; font-size: 0.9rem; }
@media (max-width: 600px) { nav ol { columns: 1; } h1 { font-size: 1.6rem; } body { font-size: 16px; } }
"""


def page(parts: Sequence[Part]) -> str:
    """Render the page as HTML."""
    contents = "".join(
        f'<li><span class="number">{part.section.number}</span>'
        f'<a href="#{part.section.name}">{html.escape(part.section.title)}</a></li>'
        for part in parts
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Optimization algorithms, run</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>Optimization algorithms, run</h1>
<p>Every section of the lecture on optimization algorithms as an experiment. The numbers in the text and in the tables
were computed when this page was written, on the machine that wrote it; nothing is copied. Each section can be run
again by itself, with other numbers, by the command at its end.</p>
<nav aria-label="Sections"><ol>{contents}</ol></nav>
</header>
<main>
{"".join(map(_section, parts))}
</main>
<footer>Written by <code>sweep lecture all</code>.</footer>
</body>
</html>
"""


def _section(part: Part) -> str:
    section, outcome = part.section, part.outcome
    name = section.name
    formulas = "".join(f"<li>{formula(text)}</li>" for text in outcome.formulas)
    paragraphs = "".join(f"<p>{prose(text)}</p>" for text in outcome.paragraphs)
    data = ", ".join(f"<code>{name}/{key}.csv</code>" for key in outcome.data)
    return f"""<section id="{name}">
<h2><span class="number">{section.number}</span>{html.escape(section.title)}</h2>
<p class="question">{html.escape(section.question)}</p>
<ul class="formulas">{formulas}</ul>
{paragraphs}
<p class="found">{prose(outcome.sentence)}</p>
<div class="panels">{_pictures(outcome.panels)}</div>
<div class="scroll">{_table(outcome)}</div>
<p>Run it: <code>sweep lecture {name}</code>. Data beside this page: {data}.</p>
<details><summary>Its settings</summary><pre><code>{html.escape(part.settings, quote=False)}</code></pre></details>
</section>
"""


def _pictures(panels: Sequence[Panel]) -> str:
    """Render each panel as a separate picture, so that they stack on a narrow screen."""
    from sweep.reports.figures import draw_themed

    return "".join(_image(draw_themed(panel), panel) for panel in panels)


def _image(svg: str, panel: Panel) -> str:
    encoded = base64.b64encode(svg.encode()).decode()
    image = f'<img src="data:image/svg+xml;base64,{encoded}" alt="{html.escape(panel.title)}">'
    return f"<figure><figcaption>{prose(panel.title)}</figcaption>{image}</figure>"


def _table(outcome: Outcome) -> str:
    head = "".join(f'<th scope="col">{prose(column)}</th>' for column in outcome.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{prose(cell)}</td>' for cell in row)}</tr>" for row in outcome.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
