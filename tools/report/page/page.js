// The page is whole without this: it adds the readout of the map, sorting, and the filter.
"use strict";

// ---- The map: a cursor that follows the pointer and the arrow keys ----

const map = document.getElementById("map");
const cursor = document.getElementById("cursor");
const readout = document.getElementById("map-readout");
const columns = Number(map.dataset.columns);
const cellSize = Number(map.dataset.cellSize);
const imageSize = Number(map.dataset.imageSize);
const costs = map.dataset.costs ? map.dataset.costs.split(",").map(Number) : [];
const kinds = map.dataset.origins || "";
const originNames = { c: "copied", p: "address predicted", r: "corrected", i: "inserted" };
const rows = Math.ceil(costs.length / columns);
const regions = map.dataset.regions ? map.dataset.regions.split(";").map((r) => r.split(",").map(Number)) : [];
let current = -1;

// Runs of cells with the same owner, as "owner*count,...".
const owners = [];
for (const run of map.dataset.owners ? map.dataset.owners.split(",") : []) {
  const [owner, count] = run.split("*");
  for (let i = 0; i < Number(count || 1); i++) owners.push(owner);
}

function address(offset) {
  for (const [start, size, at] of regions) {
    if (offset >= start && offset - start < size) {
      return "0x" + (at + offset - start).toString(16).padStart(8, "0");
    }
  }
  return "+0x" + offset.toString(16);
}

function part(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function show(index) {
  current = Math.max(0, Math.min(costs.length - 1, index));
  const start = current * cellSize;
  const size = Math.min(cellSize, imageSize - start);
  const row = document.getElementById("item-" + owners[current]);
  const bits = costs[current] / 100;
  cursor.hidden = false;
  cursor.style.left = `calc(${(100 * (current % columns)) / columns}% - 2px)`;
  cursor.style.top = `calc(${(100 * Math.floor(current / columns)) / rows}% - 2px)`;
  cursor.style.width = `calc(${100 / columns}% + 4px)`;
  cursor.style.height = `calc(${100 / rows}% + 4px)`;
  readout.replaceChildren(
    part("b", address(start)),
    ` and on, ${size} bytes: ${originNames[kinds[current]]}, `,
    part("b", `${bits.toFixed(bits < 10 ? 2 : 1)} bits`),
    row ? ", in " : "",
    row ? part("b", row.dataset.name) : "",
  );
}

// The next cell in that direction that costs at least four bits a byte.
function nextCostly(step) {
  for (let i = current + step; i >= 0 && i < costs.length; i += step) {
    if (costs[i] >= 400 * cellSize) return i;
  }
  return current;
}

function point(event) {
  const box = map.getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * columns);
  const y = Math.floor(((event.clientY - box.top) / box.height) * rows);
  const index = y * columns + Math.min(columns - 1, Math.max(0, x));
  if (y >= 0 && index < costs.length) show(index);
}

map.addEventListener("pointermove", point);
map.addEventListener("pointerdown", point); // a finger that does not move

map.addEventListener("keydown", (event) => {
  const moves = {
    ArrowLeft: () => current - 1,
    ArrowRight: () => current + 1,
    ArrowUp: () => (current >= columns ? current - columns : current),
    ArrowDown: () => (current + columns < costs.length ? current + columns : current),
    Home: () => current - (current % columns),
    End: () => current - (current % columns) + columns - 1,
    PageUp: () => nextCostly(-1),
    PageDown: () => nextCostly(1),
  };
  if (moves[event.key] && costs.length > 0) {
    show(current < 0 ? 0 : moves[event.key]());
    event.preventDefault();
  }
});

map.addEventListener("focus", () => {
  if (current < 0 && costs.length > 0) show(0);
});

// ---- The table: sorted by any column, and filtered ----

const table = document.getElementById("items");
const body = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells];

function valueOf(row, column, kind) {
  const cell = row.cells[column];
  return kind === "number" ? Number(cell.dataset.value) : (cell.dataset.value || cell.textContent).toLowerCase();
}

function sortBy(column) {
  const head = heads[column];
  const kind = head.dataset.kind;
  const first = kind === "number" ? "descending" : "ascending";
  const other = first === "descending" ? "ascending" : "descending";
  const order = head.getAttribute("aria-sort") === first ? other : first;
  const sign = order === "ascending" ? 1 : -1;
  for (const each of heads) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  const sorted = [...body.rows].map((row) => [valueOf(row, column, kind), row]);
  sorted.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0));
  body.append(...sorted.map(([, row]) => row));
}

heads.forEach((head, column) => {
  if (!head.dataset.kind) return;
  const button = part("button", head.textContent);
  button.type = "button";
  button.addEventListener("click", () => sortBy(column));
  head.replaceChildren(button);
});

const filter = document.getElementById("filter");
const filterCount = document.getElementById("filter-count");
filter.closest("p").hidden = false;
filter.addEventListener("input", () => {
  const wanted = filter.value.toLowerCase();
  let shown = 0;
  for (const row of body.rows) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
    shown += row.hidden ? 0 : 1;
  }
  filterCount.textContent = wanted ? `${shown} of ${body.rows.length}` : "";
});
