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

function shownRows(table) {
  return [...table.rows].filter((row) => !row.hidden && !row.classList.contains("out"));
}

function latex(table) {
  const special = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
  const spell = (text) => text.replace(/[\\&%$#_{}~^]/g, (letter) => special[letter] ?? `\\${letter}`);
  const kinds = [...table.tHead.rows[0].cells].map((cell) => (cell.classList.contains("n") ? "r" : "l")).join("");
  const lines = shownRows(table).map((row) => `${[...row.cells].map((cell) => spell(cell.textContent)).join(" & ")} \\\\`);
  const [head, ...body] = lines;
  return [`\\begin{tabular}{${kinds}}`, "\\toprule", head, "\\midrule", ...body, "\\bottomrule", "\\end{tabular}", ""].join("\n");
}

function csv(table) {
  const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = shownRows(table);
  return rows.map((row) => [...row.cells].map((cell) => quote(cell.textContent)).join(",")).join("\n") + "\n";
}

for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    const table = document.getElementById(button.dataset.for);
    const text = button.dataset.as === "latex" ? latex(table) : csv(table);
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
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 1500);
  });
}

for (const section of document.querySelectorAll(".graph")) {
  const choices = [...section.querySelectorAll("select")];
  choices.forEach((select) =>
    select.addEventListener("change", () => {
      const [x, y] = choices.map((each) => each.value);
      for (const view of section.querySelectorAll(".panels")) view.hidden = view.dataset.x !== x || view.dataset.y !== y;
    }),
  );
}

const coordinates = document.querySelector("#parallel svg");
if (coordinates) {
  // Lines are drawn from the last arm to the first, and the table begins with the first.
  const lines = [...coordinates.querySelectorAll(".arm")].reverse();
  const places = lines.map((line) => line.dataset.places.split(",").map((text) => (text === "" ? NaN : Number(text))));
  const rows = [...document.getElementById("arms").tBodies[0].rows];
  const ranges = new Map();
  const count = document.querySelector("#parallel .count");

  const show = () => {
    let kept = 0;
    lines.forEach((line, number) => {
      const out = [...ranges].some(([axis, [low, high]]) => !(places[number][axis] >= low && places[number][axis] <= high));
      line.classList.toggle("out", out);
      rows[number]?.classList.toggle("out", out);
      kept += !out;
    });
    count.textContent = ranges.size ? `${kept} of ${lines.length} arms` : `${lines.length} arms`;
  };

  const marks = new Map();
  const forget = (axis) => {
    ranges.delete(axis);
    marks.get(axis)?.remove();
    marks.delete(axis);
  };

  for (const area of coordinates.querySelectorAll(".brush")) {
    const axis = Number(area.dataset.axis);
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(area.getAttribute(name)));
    let start = null;
    const at = (event) => {
      const box = area.getBoundingClientRect();
      return Math.min(1, Math.max(0, 1 - (event.clientY - box.top) / box.height));
    };
    area.addEventListener("pointerdown", (event) => {
      start = at(event);
      if (event.isTrusted) area.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    area.addEventListener("pointermove", (event) => {
      if (start === null) return;
      const [low, high] = [start, at(event)].sort((a, b) => a - b);
      if (high - low < 0.01) return;
      ranges.set(axis, [low, high]);
      if (!marks.has(axis)) {
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        mark.setAttribute("class", "brushed");
        area.after(mark);
        marks.set(axis, mark);
      }
      const shape = { x, width, y: y + (1 - high) * height, height: (high - low) * height };
      for (const [name, value] of Object.entries(shape)) marks.get(axis).setAttribute(name, value);
      show();
    });
    area.addEventListener("pointerup", (event) => {
      // A click without a drag lets go.
      if (start !== null && Math.abs(at(event) - start) < 0.01) forget(axis);
      start = null;
      show();
    });
  }
  document.querySelector("#parallel .clear").addEventListener("click", () => {
    for (const axis of [...ranges.keys()]) forget(axis);
    show();
  });
}
