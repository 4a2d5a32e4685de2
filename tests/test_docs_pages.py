"""Tests that the pages on the architecture and on how to extend it agree with the code, and that their examples run."""

from __future__ import annotations

import doctest
import os
import re
import runpy
import shutil
import subprocess
import sys
import types
import typing
from pathlib import Path

import pytest

from sweep.running import log_records
from sweep.running.commands import Command
from sweep.running.events import Event

ROOT = Path(__file__).parents[1]
ORDER = runpy.run_path(str(ROOT / "tests" / "test_architecture.py"))["ORDER"]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WITH_EXAMPLES = [ROOT / "docs" / f"{name}.md" for name in ("architecture", "how-to-search", "how-to-figure")]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def first_column(header: str) -> list[str]:
    """What the first cells of a table name in code letters, by the header of its first column."""
    (table,) = re.findall(rf"^\| {header} \|.*\n\| ---.*\n((?:\|.*\n)+)", ARCHITECTURE, flags=re.MULTILINE)
    return [name for row in table.splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def compiled(page: Path) -> list[types.CodeType]:
    """The Python examples of a page."""
    found = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [compile(code, page.name, "exec", dont_inherit=True) for code in found]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_print_what_is_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sweep.reports import html_page

    # An example adds to it.
    monkeypatch.setattr(html_page, "GRAPHS", html_page.GRAPHS)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    text = page.read_text(encoding="utf-8")
    for code in compiled(page):
        exec(code, names)
    assert capsys.readouterr().out == "".join(re.findall(r"^```text\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))
    runner = doctest.DocTestRunner(verbose=False)
    for value in list(names.values()):
        for example in doctest.DocTestFinder(recurse=False).find(value, globs=names) if callable(value) else ():
            assert runner.run(example).failed == 0


def test_the_example_of_a_search_method_gives_the_points_that_it_promises() -> None:
    from sweep.planning.search.streams import stream_of

    names: dict[str, typing.Any] = {}
    exec(compiled(ROOT / "docs" / "how-to-search.md")[0], names)
    points = names["centred"](3, stream_of(0, "test"), 10)
    assert next(points) == [0.5] * 3
    assert len({tuple(next(points)) for _ in range(10)}) == 10


def test_the_site_is_built_without_a_word_of_output(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="needs the extra docs: pip install '.[docs]'")
    pytest.importorskip("mkdocstrings", reason="needs the extra docs: pip install '.[docs]'")
    if shutil.which("make") is None:
        pytest.skip("needs make")
    # An environment that has all that is needed, whose mkdocs writes elsewhere.
    venv, site = tmp_path / "venv", tmp_path / "site"
    mkdocs = venv / "bin" / "mkdocs"
    mkdocs.parent.mkdir(parents=True)
    mkdocs.write_text(f'#!/bin/sh\nexec {sys.executable} -m mkdocs "$@" --site-dir {site}\n', encoding="utf-8")
    mkdocs.chmod(0o755)
    for stamp in (".installed", ".documented"):
        (venv / stamp).touch()
    # Under `make test` the inner make would say which folder it enters.
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    done = subprocess.run(
        ["make", "docs", f"VENV={venv}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    reference = (site / "api" / "index.html").read_text(encoding="utf-8")
    assert 'id="sweep.run"' in reference
    # Doctests are shown as code, not as quotations.
    assert "<blockquote>" not in reference
    assert 'class="gp"' in reference
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    loaded = [
        url for page in pages for url in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="(https?:[^"]+)', page)
    ]
    assert [url for url in loaded if "optimizer-sweep" not in url] == []


def test_every_event_and_command_is_described_once() -> None:
    assert first_column("event") == [one.__name__ for one in typing.get_args(Event)]
    assert first_column("command") == [one.__name__ for one in typing.get_args(Command)]


def test_every_kind_of_record_is_described_once() -> None:
    kinds = re.findall(r'Record\("([a-z ]+)"', Path(log_records.__file__).read_text(encoding="utf-8"))
    assert sorted(first_column("record")) == sorted({*kinds, *log_records.EVENT_KINDS.values()})


def test_the_drawing_shows_every_folder_in_the_order_of_imports() -> None:
    drawing = (ROOT / "docs/site/folders.svg").read_text(encoding="utf-8")
    drawn = re.findall(r'<text class="code"[^>]*>([^<]+)<', drawing)
    there = [name.replace(".", "/") for name in ORDER]
    expected = [name for name in there if (ROOT / name).exists() or (ROOT / f"{name}.py").exists()]
    assert drawn == expected[::-1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(
        r"`((?:sweep|trainers|tests|bench|docs|configs|examples|deploy(?!/secrets))/[\w./-]*|\.ci/\w+)`",
        page.read_text(encoding="utf-8"),
    )
    # The pages that show how to add a file name the file that their reader makes.
    made = re.findall(r"/(?:test_)?(?:adamax|polynomial)\.py$", "\n".join(named), re.MULTILINE)
    missing = [path for path in named if not (ROOT / path).exists()]
    assert len(missing) == (len(made) if page.name.startswith("add-") else 0), missing
