"""One small sweep that has really run, for the tests of its report."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from sweep import load_config, run
from sweep.reports.html_page import write_report
from tests.sweep.reports.searches import pruned_search, random_search

# A learning rate of 1e30 cannot but diverge, and the question is not to be taken for a part of the page.
SWEEP = """
name: small
question: Is adam < sgd & "better"?
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 4, target: 0.8}
metric: {name: val_accuracy}
optimizers:
  sgd: {learning_rate: [0.01, 0.5, 1.0e+30]}
  adam: {learning_rate: [0.01, 0.1], beta1: [0.8, 0.9], beta2: [0.9, 0.99]}
space: {batch_size: [16, 32], decay: cosine}
seeds: 3
resources: {executor: inline}
tracking: {enabled: false}
"""


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of the sweep; tests that change it take a copy."""
    root = tmp_path_factory.mktemp("report")
    (root / "sweep.yaml").write_text(f"{SWEEP}results: {root / 'results'}\n", encoding="utf-8")
    return run(load_config(root / "sweep.yaml")).path


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


@pytest.fixture(scope="session")
def read_page():
    """Read the text of a page."""
    return Page


@pytest.fixture
def pruned():
    """Of eight settings four are pruned after 1 epoch, two after 2, and two go on."""
    return pruned_search()


@pytest.fixture
def drawn():
    """Eight settings of a random search, of which one diverged."""
    return random_search()
