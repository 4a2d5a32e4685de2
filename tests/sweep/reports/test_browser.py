"""The page in a real browser: nothing is written to its console, and sorting, filtering and copying work."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess

import pytest

from sweep.reports.html_page import write_report
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
const place = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === "val_accuracy");
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
seen.latex = latex(document.getElementById("levels"));
const section = document.getElementById("learning-curves");
const titles = () => [...section.querySelectorAll(".panels")].filter((one) => one.offsetParent !== null)
  .flatMap((one) => [...one.querySelectorAll("svg")].map((svg) => svg.getAttribute("aria-label")));
seen.before = titles();
const [over, scale] = section.querySelectorAll("select");
over.value = "seconds";
scale.value = "other";
over.dispatchEvent(new Event("change"));
seen.after = titles();
const arms = document.querySelectorAll("#arms tbody tr");
const lines = () => document.querySelectorAll("#parallel .arm:not(.out)").length;
const area = document.querySelector("#parallel .brush");
const box = area.getBoundingClientRect();
const drag = (from, to) => {
  for (const [kind, share] of [["pointerdown", from], ["pointermove", to], ["pointerup", to]])
    area.dispatchEvent(new PointerEvent(kind, { clientX: box.x + 5, clientY: box.y + share * box.height }));
};
seen.lines = [lines()];
drag(0.0, 0.5);
seen.lines.push(lines());
seen.kept = [...arms].filter((row) => row.offsetParent !== null).map((row) => row.cells[1].textContent);
seen.brushed = document.querySelector("#parallel .count").textContent;
drag(0.3, 0.3);
seen.lines.push(lines());
seen.cut = [...document.querySelectorAll("th button")].filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent);
seen.seconds = [...document.querySelectorAll("#trials th")].filter((one) => one.textContent.startsWith("seconds"))
  .map((one) => one.offsetWidth);
seen.ids = [...document.querySelectorAll("td.id")].map((one) => [one.offsetWidth, one.title === one.textContent]);
seen.shade = getComputedStyle(document.querySelector("#arms td.result"), "::before").backgroundImage;
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
    assert head.startswith("optimizer,learning_rate,")
    assert len(rows) == 48
    assert all(row.startswith("adam,") for row in rows)


def test_a_narrow_page_does_not_scroll_sideways(seen):
    assert seen["wide"] <= seen["window"]


def test_the_words_over_a_column_are_whole_and_make_it_no_wider_than_its_longest_word_needs(seen):
    assert seen["cut"] == []
    # "seconds (share of the pack's)" on one line is more than 200 pixels wide.
    assert len(seen["seconds"]) == 1
    assert seen["seconds"][0] < 130


def test_ids_take_little_room_and_a_shade_shows_that_columns_go_on_under_the_last(seen):
    # Trials, arms and base rates.
    assert len(seen["ids"]) == 66 + 22 + 2
    assert all(is_whole and width <= 90 for width, is_whole in seen["ids"])
    assert seen["shade"].startswith("linear-gradient")


def test_brushing_an_axis_keeps_the_arms_that_pass_there_and_a_click_lets_go(seen, results):
    board = load_results(results).leaderboard
    first = board["optimizer"].iloc[0]
    # The optimizers stand on the first axis from the top in the order of the leaderboard, two of them.
    expected = int((board["optimizer"] == first).sum())
    assert seen["lines"] == [len(board), expected, len(board)]
    assert seen["kept"] == [first] * expected
    assert seen["brushed"] == f"{expected} of {len(board)} arms"


def test_learning_curves_change_their_axes(seen):
    assert seen["before"] == [
        f"{name} over epochs" for name in ("Validation accuracy", "Validation loss", "Training loss")
    ]
    assert seen["after"] == [
        f"{name} over seconds" for name in ("1 - validation accuracy", "Validation loss", "Training loss")
    ]


def test_a_table_can_be_copied_as_latex(seen):
    head, rule, columns, *_ = seen["latex"].splitlines()
    assert head.startswith(r"\begin{tabular}{")
    assert rule == r"\toprule"
    assert columns.endswith(r" \\")
    assert r"\%" in columns
    assert seen["latex"].splitlines()[-1] == r"\end{tabular}"


def test_the_sentence_of_the_page_agrees_with_its_leaderboard(visit, results):
    board = load_results(results).leaderboard
    found = re.search(r'<p id="answer">([^<]+)', visit.stdout)
    assert found
    best = board[board["diverged"] == 0].groupby("optimizer")["final_val_accuracy_mean"].max()
    for value in best:
        assert f"{100 * value:.1f}" in found[1]
