// Moving about the map. Dots and labels keep their size on the screen while the land grows.

function startMap() {
  const drawing = at("map-drawing");
  if (!drawing) return;
  const frame = at("map-frame");
  const home = drawing.getAttribute("viewBox").split(" ").map(Number);
  const all = drawing.dataset.all.split(" ").map(Number);
  const dots = [...drawing.querySelectorAll(".dots circle")].map((node) => [node, Number(node.getAttribute("r"))]);
  const sites = [...drawing.querySelectorAll(".sites > g")].map((node) => [node, node.getAttribute("transform")]);
  const labels = sites.map(([node, place]) => [node.querySelector("text"), ...place.match(/-?[\d.]+/g).map(Number)]).filter(([text]) => text)
    .map(([text, x, y]) => ({ text, x, y, box: text.getBBox() })).reverse(); // the busiest site last drawn, first labelled
  const least = home[2] / 16;
  const most = Math.max(all[2], home[2]) * 1.2;
  let view = [...home];
  let drawn = 0;

  function paint() {
    drawn = 0;
    drawing.setAttribute("viewBox", view.map((value) => value.toFixed(2)).join(" "));
    const area = drawing.getBoundingClientRect();
    const unit = Math.max(view[2] / area.width, view[3] / area.height); // map units per pixel
    const near = Math.min(1.7, Math.max(1, (home[2] / view[2]) ** 0.3)); // dots grow a little on the way in
    for (const [node, radius] of dots) node.setAttribute("r", (radius * unit * near * Math.min(1, 0.45 + area.width / 1100)).toFixed(2));
    for (const [node, place] of sites) node.setAttribute("transform", `${place} scale(${unit.toFixed(4)})`);
    const taken = [];
    for (const { text, x, y, box: { x: left, y: top, width, height } } of labels) {
      const box = [x / unit + left, y / unit + top, x / unit + left + width, y / unit + top + height];
      const free = !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
      text.style.visibility = free ? "visible" : "hidden";
      if (free) taken.push(box);
    }
    frame.classList.toggle("moved", view[2] < home[2] * 0.99);
  }

  function show(next) {
    view = next;
    if (!drawn) drawn = requestAnimationFrame(paint);
  }

  function zoom(factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) {
    const kept = Math.min(most, Math.max(least, view[2] * factor)) / view[2];
    show([x - (x - view[0]) * kept, y - (y - view[1]) * kept, view[2] * kept, view[3] * kept]);
  }

  const move = (across, down) => show([view[0] + view[2] * across, view[1] + view[3] * down, view[2], view[3]]);

  function under(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  const verbs = {
    in: () => zoom(1 / 1.6),
    out: () => zoom(1.6),
    home: () => show([...home]),
    all: () => show([...all]),
  };
  const keys = {
    ArrowLeft: () => move(-0.12, 0),
    ArrowRight: () => move(0.12, 0),
    ArrowUp: () => move(0, -0.12),
    ArrowDown: () => move(0, 0.12),
    "+": verbs.in,
    "=": verbs.in,
    "-": verbs.out,
    0: verbs.home,
  };

  for (const button of frame.querySelectorAll("[data-map]")) button.addEventListener("click", verbs[button.dataset.map]);
  frame.querySelector(".map-buttons").hidden = false;
  frame.addEventListener("keydown", (event) => {
    if (event.target !== frame || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the page
    event.preventDefault();
    zoom(Math.exp(event.deltaY / 200), ...under(event));
  }, { passive: false });
  drawing.addEventListener("dblclick", (event) => zoom(1 / 1.8, ...under(event)));

  let held = null;
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button || (event.pointerType === "touch" && !frame.classList.contains("moved"))) return;
    held = [event.clientX, event.clientY, ...view];
    drawing.setPointerCapture(event.pointerId);
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!held) return;
    const scale = 1 / drawing.getScreenCTM().a;
    show([held[2] - (event.clientX - held[0]) * scale, held[3] - (event.clientY - held[1]) * scale, view[2], view[3]]);
  });
  const release = () => { held = null; };
  drawing.addEventListener("pointerup", release);
  drawing.addEventListener("pointercancel", release);
  new ResizeObserver(() => show(view)).observe(drawing);
}
