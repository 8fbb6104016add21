// The table of orders: search, sort, pages of fifty; and the list of orders left unplanned.

const PAGE = 50;

function pager(node, page, pages, go) {
  node.hidden = pages < 2;
  const button = (label, name, target, off) => {
    const made = make("button", { type: "button", "aria-label": name, disabled: off, "data-to": name }, label);
    made.addEventListener("click", () => {
      go(target);
      const again = node.querySelector(`[data-to="${name}"]`);
      (again.disabled ? node.querySelector("button:not([disabled])") : again).focus();
    });
    return made;
  };
  node.replaceChildren(
    button("«", "First page", 0, page === 0), button("‹", "Previous page", page - 1, page === 0),
    make("span", {}, `Page ${count(page + 1)} of ${count(pages)}`),
    button("›", "Next page", page + 1, page === pages - 1), button("»", "Last page", pages - 1, page === pages - 1));
}

function startOrders() {
  const table = at("orders");
  if (!table) return null;
  const body = table.tBodies[0];
  const search = at("search");
  const kind = at("kind");
  const site = at("site");
  const total = index.order.length;
  const margins = index.margin_minor;
  const kinds = {
    all: () => true,
    split: (place) => index.parcels[place] > 1,
    risk: (place) => index.on_time_ppm[place] !== null && index.on_time_ppm[place] < facts.target_ppm,
    close: (place) => margins[place] !== null && margins[place] * 50 <= index.cost_minor[place], // within 2 %
    unplanned: (place) => index.cost_minor[place] === null,
  };
  let haystack = null;
  let shown = [];
  let page = 0;
  let sorted = [null, 1];

  const text = (place) => [index.order[place], index.places[index.to[place]],
    ...index.sites[index.site[place]].flatMap((id) => [id, siteName(id)]), ...index.services[index.service[place]].flatMap((id) => [id, serviceName(id)])].join("\n").toLowerCase();

  const values = { to: (place) => index.places[index.to[place]], site: (place) => index.sites[index.site[place]].map(siteName).join(), service: (place) => index.services[index.service[place]].join() };

  function arrange() {
    const [column, way] = sorted;
    if (!column) return;
    const value = values[column] || ((place) => index[column][place]);
    const keyed = shown.map((place) => [value(place), place]);
    keyed.sort(([a, i], [b, j]) => {
      if (a === null || b === null) return (a === null) - (b === null) || i - j; // without a value: last, either way
      return (a < b ? -way : a > b ? way : 0) || i - j;
    });
    shown = keyed.map(([, place]) => place);
  }

  function look() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !haystack) haystack = Array.from({ length: total }, (_, place) => text(place));
    const fits = kinds[kind.value];
    const ids = site.value;
    shown = [];
    for (let place = 0; place < total; place += 1) {
      if (!fits(place) || (ids && !index.sites[index.site[place]].includes(ids))) continue;
      if (words.every((word) => haystack[place].includes(word))) shown.push(place);
    }
    arrange();
    page = 0;
    render();
  }

  function cells(place) {
    const cost = index.cost_minor[place];
    const open = make("button", { type: "button", class: "open", "aria-expanded": "false", tabindex: -1 }, named(index.order[place]));
    const to = index.places[index.to[place]];
    const first = make("th", { scope: "row", class: "c-order" }, open, make("small", { class: "narrow" }, named(to)));
    if (cost === null) {
      return [first, make("td", { class: "c-to" }, named(to)), make("td", { class: "worse c-none", colspan: 7 }, "not planned")];
    }
    const late = index.on_time_ppm[place] < facts.target_ppm;
    const margin = margins[place];
    return [first, make("td", { class: "c-to" }, named(to)),
      make("td", { class: "c-site" }, named(index.sites[index.site[place]].map(siteName).join(" + "))),
      make("td", { class: "c-service" }, named(index.services[index.service[place]].join(" + "))),
      make("td", { class: "number c-parcels" }, count(index.parcels[place])),
      make("td", { class: "number c-promised" }, day(index.promised[place], false)),
      make("td", { class: `number c-ontime${late ? " worse" : ""}` }, percent(index.on_time_ppm[place])),
      make("td", { class: "number c-cost" }, bare(cost)),
      make("td", { class: "number c-margin quiet" }, margin === null ? "–" : change(margin))];
  }

  function render() {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const rows = shown.slice(page * PAGE, (page + 1) * PAGE).map((place) => make("tr", { class: "order", "data-place": place }, ...cells(place)));
    body.replaceChildren(...rows);
    if (rows.length) rows[0].querySelector(".open").tabIndex = 0;
    at("orders-frame").hidden = !shown.length;
    at("none-found").hidden = Boolean(shown.length);
    at("found").textContent = shown.length === total ? counted(total, "order") : `${count(shown.length)} of ${counted(total, "order")}`;
    pager(at("pager"), page, pages, (to) => { page = to; render(); at("decisions").scrollIntoView({ block: "start" }); });
  }

  async function toggle(row, open = row.querySelector(".open").getAttribute("aria-expanded") === "false") {
    const button = row.querySelector(".open");
    button.setAttribute("aria-expanded", String(open));
    row.classList.toggle("opened", open);
    if (row.nextElementSibling && row.nextElementSibling.classList.contains("details")) row.nextElementSibling.remove();
    if (!open) return;
    const cell = make("td", { colspan: 9 }, make("p", { class: "quiet" }, "Opening…"));
    const holder = make("tr", { class: "details" }, cell);
    row.after(holder);
    try {
      cell.replaceChildren(detail(await record(Number(row.dataset.place))));
    } catch (error) {
      cell.replaceChildren(make("p", { class: "worse" }, `This order could not be read: ${error.message}`));
      throw error;
    }
  }

  function focusRow(row) {
    if (!row) return;
    for (const button of body.querySelectorAll(".open")) button.tabIndex = -1;
    const button = row.querySelector(".open");
    button.tabIndex = 0;
    button.focus();
  }

  function openOrder(id) {
    const place = index.order.indexOf(id);
    if (place < 0) return;
    Object.assign(search, { value: "" });
    kind.value = "all";
    site.value = "";
    look();
    page = Math.floor(shown.indexOf(place) / PAGE);
    render();
    const row = body.querySelector(`[data-place="${place}"]`);
    focusRow(row);
    row.scrollIntoView({ block: "center" });
    toggle(row, true);
  }

  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr.order");
    if (!row || String(getSelection())) return;
    focusRow(row);
    toggle(row);
  });
  body.addEventListener("keydown", (event) => {
    const row = event.target.closest(".open") ? event.target.closest("tr.order") : null;
    if (!row) return;
    const rows = [...body.querySelectorAll("tr.order")];
    const to = { ArrowDown: rows.indexOf(row) + 1, ArrowUp: rows.indexOf(row) - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      focusRow(rows[Math.max(0, Math.min(rows.length - 1, to))]);
    } else if (event.key === "Escape") {
      toggle(row, false);
    }
  });

  for (const head of table.querySelectorAll("[data-sort]")) {
    const button = make("button", { type: "button" }, ...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const column = head.dataset.sort;
      sorted = sorted[0] === column ? [column, -sorted[1]] : [column, 1];
      for (const other of table.querySelectorAll("[data-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sorted[1] > 0 ? "ascending" : "descending");
      arrange();
      page = 0;
      render();
    });
  }

  let typing = 0;
  search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(look, 80); });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      clearTimeout(typing);
      look();
      focusRow(body.querySelector("tr.order"));
    }
  });
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  kind.addEventListener("change", look);
  site.addEventListener("change", look);
  at("clear").addEventListener("click", () => { search.value = ""; kind.value = "all"; site.value = ""; look(); search.focus(); });
  const used = new Set(index.sites.flat());
  site.append(...[...used].sort((a, b) => (siteName(a) < siteName(b) ? -1 : 1)).map((id) => make("option", { value: id }, siteName(id))));
  at("controls").hidden = false;
  look();
  return openOrder;
}

function startUnplanned(rows, openOrder) {
  const table = at("unplanned-table");
  if (!table) return;
  function render(page) {
    table.tBodies[0].replaceChildren(...rows.slice(page * PAGE, (page + 1) * PAGE).map(([id, reason, why, remedy]) => {
      const link = make("a", { href: `#order=${encodeURIComponent(id)}` }, named(id));
      link.addEventListener("click", (event) => { event.preventDefault(); openOrder(id); });
      return make("tr", {}, make("th", { scope: "row" }, link), make("td", {}, make("code", {}, reason)), make("td", {}, named(why)), make("td", {}, named(remedy)));
    }));
    pager(at("unplanned-pager"), page, Math.ceil(rows.length / PAGE), render);
  }
  at("unplanned-frame").hidden = false;
  render(0);
}
