// Moving about the map. Dots and labels keep their size on the screen while the land grows.

class MapView {
  constructor(drawing) {
    this.drawing = drawing;
    this.frame = at("map-frame");
    this.home = drawing.getAttribute("viewBox").split(" ").map(Number);
    this.all = drawing.dataset.all.split(" ").map(Number);
    this.least = this.home[2] / 16;
    this.most = Math.max(this.all[2], this.home[2]) * 1.2;
    this.view = [...this.home];
    this.waiting = 0;
    this.held = null; // where a drag began: pointer, then view
    this.dots = [...drawing.querySelectorAll(".dots circle")].map((node) => [node, Number(node.getAttribute("r"))]);
    this.sites = [...drawing.querySelectorAll(".sites > g")].map((node) => [node, node.getAttribute("transform")]);
    this.labels = this.sites
      .map(([node, place]) => [node.querySelector("text"), ...place.match(/-?[\d.]+/g).map(Number)])
      .filter(([text]) => text)
      .map(([text, x, y]) => ({ text, x, y, box: text.getBBox() }))
      .reverse(); // the busiest site is drawn last and labelled first
  }

  paint() {
    this.waiting = 0;
    const { view, home } = this;
    this.drawing.setAttribute("viewBox", view.map((value) => value.toFixed(2)).join(" "));
    const area = this.drawing.getBoundingClientRect();
    const unit = Math.max(view[2] / area.width, view[3] / area.height); // map units per pixel
    const near = Math.min(1.7, Math.max(1, (home[2] / view[2]) ** 0.3)); // dots grow a little on the way in
    const size = unit * near * Math.min(1, 0.45 + area.width / 1100);
    for (const [node, radius] of this.dots) node.setAttribute("r", (radius * size).toFixed(2));
    for (const [node, place] of this.sites) node.setAttribute("transform", `${place} scale(${unit.toFixed(4)})`);
    this.labelWhereFree(unit);
    this.frame.classList.toggle("moved", view[2] < home[2] * 0.99);
  }

  labelWhereFree(unit) {
    const squares = this.labels.map(({ x, y }) => [x / unit - 9, y / unit - 9, x / unit + 9, y / unit + 9]);
    const taken = [];
    for (const [place, { text, x, y, box: { x: left, y: top, width, height } }] of this.labels.entries()) {
      const box = [x / unit + left, y / unit + top, x / unit + left + width, y / unit + top + height];
      const others = [...squares.filter((_, other) => other !== place), ...taken];
      const free = !others.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
      text.style.visibility = free ? "visible" : "hidden";
      if (free) taken.push(box);
    }
  }

  show(next) {
    this.view = next;
    if (!this.waiting) this.waiting = requestAnimationFrame(() => this.paint());
  }

  zoom(factor, centre = [this.view[0] + this.view[2] / 2, this.view[1] + this.view[3] / 2]) {
    const [left, top, width, height] = this.view;
    const kept = Math.min(this.most, Math.max(this.least, width * factor)) / width;
    this.show([centre[0] - (centre[0] - left) * kept, centre[1] - (centre[1] - top) * kept, width * kept, height * kept]);
  }

  move(across, down) {
    const [left, top, width, height] = this.view;
    this.show([left + width * across, top + height * down, width, height]);
  }

  under(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.drawing.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  listenToButtonsAndKeys() {
    const verbs = {
      in: () => this.zoom(1 / 1.6),
      out: () => this.zoom(1.6),
      home: () => this.show([...this.home]),
      all: () => this.show([...this.all]),
    };
    const keys = {
      ArrowLeft: () => this.move(-0.12, 0),
      ArrowRight: () => this.move(0.12, 0),
      ArrowUp: () => this.move(0, -0.12),
      ArrowDown: () => this.move(0, 0.12),
      "+": verbs.in,
      "=": verbs.in,
      "-": verbs.out,
      0: verbs.home,
    };
    for (const button of this.frame.querySelectorAll("[data-map]")) button.addEventListener("click", verbs[button.dataset.map]);
    this.frame.querySelector(".map-buttons").hidden = false;
    this.frame.addEventListener("keydown", (event) => {
      if (event.target !== this.frame || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  listenToPointer() {
    const { drawing, frame } = this;
    frame.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the page
      event.preventDefault();
      this.zoom(Math.exp(event.deltaY / 200), this.under(event));
    }, { passive: false });
    drawing.addEventListener("dblclick", (event) => this.zoom(1 / 1.8, this.under(event)));
    drawing.addEventListener("pointerdown", (event) => {
      // A finger scrolls the page until the map is zoomed in.
      if (event.button || (event.pointerType === "touch" && !frame.classList.contains("moved"))) return;
      this.held = [event.clientX, event.clientY, ...this.view];
      drawing.setPointerCapture(event.pointerId);
    });
    drawing.addEventListener("pointermove", (event) => {
      if (!this.held) return;
      const [x, y, left, top] = this.held;
      const scale = 1 / drawing.getScreenCTM().a;
      this.show([left - (event.clientX - x) * scale, top - (event.clientY - y) * scale, this.view[2], this.view[3]]);
    });
    for (const end of ["pointerup", "pointercancel"]) drawing.addEventListener(end, () => { this.held = null; });
  }
}

function startMap() {
  const drawing = at("map-drawing");
  if (!drawing) return;
  const map = new MapView(drawing);
  map.listenToButtonsAndKeys();
  map.listenToPointer();
  new ResizeObserver(() => map.show(map.view)).observe(drawing);
}
