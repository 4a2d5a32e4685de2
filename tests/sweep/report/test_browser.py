"""The page in a real browser: nothing is written to its console, and sorting, filtering and copying work."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess

import pytest

from sweep.report.page import write_report
from sweep.results import load_results

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, which is not installed")

# What a reader does, and what the page then shows, as text of one element.
VISIT = """
<script>
const seen = {};
const table = document.getElementById("trials");
const place = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === "val accuracy");
const column = () => [...table.tBodies[0].rows].map((row) => row.cells[place].textContent);
const button = table.tHead.rows[0].cells[place].querySelector("button");
button.click();
seen.ascending = column();
button.click();
seen.descending = column();
seen.direction = table.tHead.rows[0].cells[place].getAttribute("aria-sort");
const input = document.querySelector("input[data-for=trials]");
input.value = "ADAM completed";
input.dispatchEvent(new Event("input"));
seen.shown = [...table.tBodies[0].rows].filter((row) => row.offsetParent !== null).length;
seen.count = document.querySelector(".count[data-for=trials]").textContent;
seen.csv = csv(table);
seen.wide = document.documentElement.scrollWidth;
seen.window = innerWidth;
const out = document.createElement("pre");
out.id = "seen";
out.textContent = btoa(JSON.stringify(seen));
document.body.append(out);
</script>
"""


@pytest.fixture(scope="module")
def visit(results, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "page.html"
    page.write_text(write_report(results).html.read_text(encoding="utf-8") + VISIT, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=500,900"]
    command = [CHROMIUM, *options, f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def seen(visit):
    found = re.search(r'<pre id="seen">([^<]+)', visit.stdout)
    assert found, visit.stderr
    return json.loads(base64.b64decode(found[1]))


def test_nothing_is_written_to_the_console(visit, seen):
    assert "CONSOLE" not in visit.stderr


def test_a_click_sorts_by_number_and_trials_without_one_stay_last(seen, results):
    values = load_results(results).trials["final_val_accuracy"].dropna().sort_values()
    expected = [f"{value:.6g}" for value in values]
    assert seen["ascending"] == [*expected, *[""] * 6]
    assert seen["descending"] == [*expected[::-1], *[""] * 6]
    assert seen["direction"] == "descending"


def test_the_filter_keeps_rows_with_every_word_and_they_are_what_is_copied(seen):
    # 16 settings of Adam with 3 seeds each.
    assert seen["shown"] == 48
    assert seen["count"] == "48 of 66 rows"
    head, *rows = seen["csv"].splitlines()
    assert head.startswith("optimizer,learning rate,")
    assert len(rows) == 48
    assert all(row.startswith("adam,") for row in rows)


def test_a_narrow_page_does_not_scroll_sideways(seen):
    assert seen["wide"] <= seen["window"]
