// The list of orders left unplanned.

function startUnplanned(rows, openOrder) {
  const table = at("unplanned-table");
  if (!table) return;

  function row([id, reason, detail, remedy]) {
    const link = make("a", { href: `#order=${encodeURIComponent(id)}` }, named(id));
    link.addEventListener("click", (event) => { event.preventDefault(); openOrder(id); });
    return make("tr", {}, make("th", { scope: "row" }, link),
      make("td", {}, make("code", {}, reason)), ...[detail, remedy].map((text) => make("td", {}, make("bdi", { class: "clamped" }, text))));
  }

  function render(page) {
    table.tBodies[0].replaceChildren(...rows.slice(page * PAGE, (page + 1) * PAGE).map(row));
    pager(at("unplanned-pager"), page, Math.ceil(rows.length / PAGE), render);
  }

  at("unplanned-frame").hidden = false;
  render(0);
}
