"use strict";
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.addEventListener("click", () => sort(table, heads, column)));
}

function number(text) {
  // "98.1 %" and "1,200" are numbers; "3 of 5" sorts by its first one.
  const found = /^-?[\d,]*\.?\d+(e[+-]?\d+)?/.exec(text);
  return found ? Number(found[0].replaceAll(",", "")) : NaN;
}

function sort(table, heads, column) {
  const down = heads[column].getAttribute("aria-sort") === "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
  const numeric = heads[column].classList.contains("n");
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.cells[column].textContent]);
  rows.sort(([, a], [, b]) => {
    if (numeric) {
      const [x, y] = [number(a), number(b)];
      // What has no number is last in both directions.
      if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
      return down ? y - x : x - y;
    }
    return down ? b.localeCompare(a) : a.localeCompare(b);
  });
  table.tBodies[0].append(...rows.map(([row]) => row));
}

for (const input of document.querySelectorAll("input[type=search]")) {
  const rows = [...document.getElementById(input.dataset.for).tBodies[0].rows];
  const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent.toLowerCase()));
  const count = document.querySelector(`.count[data-for=${input.dataset.for}]`);
  input.addEventListener("input", () => {
    // Every word must begin a cell of the row.
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every((word) => texts[place].some((text) => text.startsWith(word)));
      shown += !row.hidden;
    });
    count.textContent = shown === rows.length ? `${shown} rows` : `${shown} of ${rows.length} rows`;
  });
}

function csv(table) {
  const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = [...table.rows].filter((row) => !row.hidden);
  return rows.map((row) => [...row.cells].map((cell) => quote(cell.textContent)).join(",")).join("\n") + "\n";
}

for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    const text = csv(document.getElementById(button.dataset.for));
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages that are opened as a file may not use the clipboard.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy as CSV"), 1500);
  });
}
