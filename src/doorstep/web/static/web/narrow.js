// What a narrow screen cannot show at once: rows are stacked under their heads, and an edge fades where more can be drawn in.
"use strict";

const narrow = window.matchMedia("(max-width: 640px)");

// A head is said in each cell, for rows that are stacked. Cells that span rows keep their table, which scrolls.
const stackable = [...document.querySelectorAll(".scroll > table.ruled")].filter(
  (table) => table.tHead && !table.querySelector("[rowspan], [scope=rowgroup]"),
);
for (const table of stackable) {
  const heads = [...table.tHead.rows[0].cells].map((cell) => (cell.querySelector(".hidden") ? "" : cell.textContent.trim()));
  for (const row of table.tBodies[0].rows) {
    let at = 0;
    for (const cell of row.cells) {
      if (cell.tagName === "TD" && cell.colSpan === 1 && heads[at]) cell.dataset.label = heads[at];
      at += cell.colSpan;
    }
  }
}

function stack() {
  for (const table of stackable) {
    table.classList.remove("stacked-rows");
    const box = table.parentElement;
    table.classList.toggle("stacked-rows", narrow.matches && box.scrollWidth > box.clientWidth);
  }
}

function shade(box) {
  box.classList.toggle("more-before", box.scrollLeft > 1);
  box.classList.toggle("more-after", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
}

const boxes = [...document.querySelectorAll(".doors ul, .scroll")];
for (const box of boxes) box.addEventListener("scroll", () => shade(box), { passive: true });

function fit() {
  stack();
  boxes.forEach(shade);
}

// The room that somebody is in is brought to the middle of the menu.
const here = document.querySelector(".doors [aria-current]");
if (here) {
  const rooms = here.closest("ul");
  rooms.scrollLeft = here.offsetLeft - (rooms.clientWidth - here.offsetWidth) / 2;
}
window.addEventListener("resize", fit);
fit();
