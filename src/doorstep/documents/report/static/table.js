// The table of orders: search, filters, order, pages; and a row that opens into its detail.

const CLOSE = 50; // a close call: the next best option costs at most a fiftieth more

const KINDS = {
  all: () => true,
  split: (place) => index.parcels[place] > 1,
  risk: (place) => index.on_time_ppm[place] !== null && index.on_time_ppm[place] < facts.target_ppm,
  close: (place) => index.margin_minor[place] !== null && index.margin_minor[place] * CLOSE <= index.cost_minor[place],
  unplanned: (place) => index.cost_minor[place] === null,
};

const placeOf = (place) => index.places[index.to[place]];
const sitesOf = (place) => index.sites[index.site[place]];
const servicesOf = (place) => index.services[index.service[place]];

const SORTED_BY_TEXT = {
  to: placeOf,
  site: (place) => sitesOf(place).map(siteName).join(),
  service: (place) => servicesOf(place).join(),
};

function searched(place) {
  const sites = sitesOf(place).flatMap((id) => [id, siteName(id)]);
  const services = servicesOf(place).flatMap((id) => [id, serviceName(id)]);
  return [index.order[place], placeOf(place), ...sites, ...services].join("\n").toLowerCase();
}

function orderCells(place) {
  const cost = index.cost_minor[place];
  const open = make("button", { type: "button", class: "open", "aria-expanded": "false", tabindex: -1 }, named(index.order[place]));
  const first = make("th", { scope: "row", class: "c-order" }, open, make("small", { class: "narrow" }, named(placeOf(place))));
  const to = make("td", { class: "c-to" }, named(placeOf(place)));
  if (cost === null) return [first, to, make("td", { class: "worse c-none", colspan: 7 }, "not planned")];
  const late = index.on_time_ppm[place] < facts.target_ppm;
  const margin = index.margin_minor[place];
  return [first, to,
    make("td", { class: "c-site" }, named(sitesOf(place).map(siteName).join(" + "))),
    make("td", { class: "c-service" }, named(servicesOf(place).join(" + "))),
    make("td", { class: "number c-parcels" }, count(index.parcels[place])),
    make("td", { class: "number c-promised" }, day(index.promised[place], false)),
    make("td", { class: `number c-ontime${late ? " worse" : ""}` }, percent(index.on_time_ppm[place])),
    make("td", { class: "number c-cost" }, bare(cost)),
    make("td", { class: "number c-margin quiet" }, margin === null ? "–" : change(margin))];
}

class OrderTable {
  constructor(table) {
    this.table = table;
    this.body = table.tBodies[0];
    this.search = at("search");
    this.kind = at("kind");
    this.site = at("site");
    this.total = index.order.length;
    this.texts = null; // made at the first search
    this.shown = []; // places in the index
    this.page = 0;
    this.column = null;
    this.way = 1;
  }

  look() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !this.texts) this.texts = Array.from({ length: this.total }, (_, place) => searched(place));
    const fits = KINDS[this.kind.value];
    const site = this.site.value;
    this.shown = [];
    for (let place = 0; place < this.total; place += 1) {
      if (!fits(place) || (site && !sitesOf(place).includes(site))) continue;
      if (words.every((word) => this.texts[place].includes(word))) this.shown.push(place);
    }
    this.arrange();
  }

  arrange() {
    const { column, way } = this;
    if (column) {
      const value = SORTED_BY_TEXT[column] || ((place) => index[column][place]);
      const keyed = this.shown.map((place) => [value(place), place]);
      keyed.sort(([a, i], [b, j]) => {
        if (a === null || b === null) return (a === null) - (b === null) || i - j; // without a value: last, either way
        return (a < b ? -way : a > b ? way : 0) || i - j;
      });
      this.shown = keyed.map(([, place]) => place);
    }
    this.show(0);
  }

  show(page) {
    this.page = page;
    const places = this.shown.slice(page * PAGE, (page + 1) * PAGE);
    this.body.replaceChildren(...places.map((place) => make("tr", { class: "order", "data-place": place }, ...orderCells(place))));
    if (places.length) this.body.querySelector(".open").tabIndex = 0;
    at("orders-frame").hidden = !places.length;
    at("none-found").hidden = Boolean(places.length);
    const all = counted(this.total, "order");
    at("found").textContent = this.shown.length === this.total ? all : `${count(this.shown.length)} of ${all}`;
    pager(at("pager"), page, Math.max(1, Math.ceil(this.shown.length / PAGE)), (to) => {
      this.show(to);
      at("decisions").scrollIntoView({ block: "start" });
    });
  }

  clear() {
    this.search.value = "";
    this.kind.value = "all";
    this.site.value = "";
    this.look();
  }

  async toggle(row, open = row.querySelector(".open").getAttribute("aria-expanded") === "false") {
    row.querySelector(".open").setAttribute("aria-expanded", String(open));
    row.classList.toggle("opened", open);
    const below = row.nextElementSibling;
    if (below && below.classList.contains("details")) below.remove();
    if (!open) return;
    const cell = make("td", { colspan: 9 }, make("p", { class: "quiet" }, "Opening…"));
    row.after(make("tr", { class: "details" }, cell));
    try {
      cell.replaceChildren(detail(await record(Number(row.dataset.place))));
    } catch (error) {
      cell.replaceChildren(make("p", { class: "worse" }, `This order could not be read: ${error.message}`));
      throw error;
    }
  }

  focus(row) {
    if (!row) return;
    for (const button of this.body.querySelectorAll(".open")) button.tabIndex = -1;
    const button = row.querySelector(".open");
    button.tabIndex = 0;
    button.focus();
  }

  open(id) {
    const place = index.order.indexOf(id);
    if (place < 0) return;
    this.clear();
    this.show(Math.floor(this.shown.indexOf(place) / PAGE));
    const row = this.body.querySelector(`[data-place="${place}"]`);
    this.focus(row);
    row.scrollIntoView({ block: "center" });
    this.toggle(row, true);
  }

  sort(head) {
    this.way = this.column === head.dataset.sort ? -this.way : 1;
    this.column = head.dataset.sort;
    for (const other of this.table.querySelectorAll("[data-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", this.way > 0 ? "ascending" : "descending");
    this.arrange();
  }

  listenToRows() {
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr.order");
      if (!row || String(getSelection())) return; // selecting text opens nothing
      this.focus(row);
      this.toggle(row);
    });
    this.body.addEventListener("keydown", (event) => {
      const row = event.target.closest(".open") ? event.target.closest("tr.order") : null;
      if (!row) return;
      const rows = [...this.body.querySelectorAll("tr.order")];
      const here = rows.indexOf(row);
      const last = rows.length - 1;
      const to = new Map([["ArrowDown", here + 1], ["ArrowUp", here - 1], ["Home", 0], ["End", last]]).get(event.key);
      if (to !== undefined) {
        event.preventDefault();
        this.focus(rows[Math.max(0, Math.min(last, to))]);
      } else if (event.key === "Escape") {
        this.toggle(row, false);
      }
    });
    for (const head of this.table.querySelectorAll("[data-sort]")) {
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.replaceChildren(button);
      button.addEventListener("click", () => this.sort(head));
    }
  }

  listenToControls() {
    let typing = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.look(), 80);
    });
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(typing);
      this.look();
      this.focus(this.body.querySelector("tr.order"));
    });
    at("controls").addEventListener("submit", (event) => event.preventDefault());
    this.kind.addEventListener("change", () => this.look());
    this.site.addEventListener("change", () => this.look());
    at("clear").addEventListener("click", () => {
      this.clear();
      this.search.focus();
    });
    const used = [...new Set(index.sites.flat())].sort((a, b) => (siteName(a) < siteName(b) ? -1 : 1));
    this.site.append(...used.map((id) => make("option", { value: id }, siteName(id))));
    at("controls").hidden = false;
  }
}

function startOrders() {
  const table = at("orders");
  if (!table) return null;
  const orders = new OrderTable(table);
  orders.listenToRows();
  orders.listenToControls();
  orders.look();
  return (id) => orders.open(id);
}
