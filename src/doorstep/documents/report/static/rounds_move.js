// Moving about: keys, buttons, a mouse, one finger or two.

const NEAR = 12; // pixels around a stop that are the stop's
const NEAR_FINGER = 24;

function listenToKeys(map) {
  const { frame, view } = map;
  const verbs = {
    in: () => view.zoom(1.6),
    out: () => view.zoom(1 / 1.6),
    home: () => view.all(),
  };
  const keys = {
    ArrowLeft: () => view.move(view.width * 0.12, 0),
    ArrowRight: () => view.move(view.width * -0.12, 0),
    ArrowUp: () => view.move(0, view.height * 0.12),
    ArrowDown: () => view.move(0, view.height * -0.12),
    "+": verbs.in,
    "=": verbs.in,
    "-": verbs.out,
    0: verbs.home,
    n: () => (map.round === null && rounds.length ? map.chooseRound(0) : map.by(1)),
    p: () => map.by(-1),
    Escape: () => map.letGo(),
  };
  for (const button of frame.querySelectorAll("[data-map]")) {
    button.addEventListener("click", () => {
      verbs[button.dataset.map]();
      map.paint();
    });
  }
  frame.addEventListener("keydown", (event) => {
    if (event.target !== frame || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
    map.paint();
  });
  at("chosen").addEventListener("keydown", (event) => {
    if (event.key === "Escape") map.letGo();
  });
}

function listenToPointers(map) {
  const { canvas, frame, view } = map;
  const held = new Map(); // pointer -> where it is
  let still = null; // where it came down, as long as it has not moved
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = ([[a, b], [c, d]]) => [Math.hypot(a - c, b - d), [(a + c) / 2, (b + d) / 2]];
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the page
    event.preventDefault();
    view.zoom(Math.exp(-event.deltaY / 200), place(event));
    map.paint();
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => {
    view.zoom(1.8, place(event));
    map.paint();
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held.set(event.pointerId, place(event));
    still = held.size === 1 ? place(event) : null;
    // A finger scrolls the page until the map is zoomed in.
    if (event.pointerType !== "touch" || view.moved || held.size > 1) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const here = place(event);
    if (!held.has(event.pointerId)) {
      canvas.classList.toggle("over", map.under(here, NEAR).length > 0);
      return;
    }
    if (still && Math.hypot(here[0] - still[0], here[1] - still[1]) > 5) still = null;
    const before = [...held.values()];
    held.set(event.pointerId, here);
    const after = [...held.values()];
    if (after.length === 2) {
      const [[was], [is, middle]] = [spread(before), spread(after)];
      view.zoom(is / Math.max(was, 1), middle);
    } else if (!still && (event.pointerType !== "touch" || view.moved)) {
      view.move(after[0][0] - before[0][0], after[0][1] - before[0][1]);
    }
    map.paint();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (still && held.size === 1) map.click(still, event.pointerType === "touch" ? NEAR_FINGER : NEAR);
    held.delete(event.pointerId);
    still = null;
  });
  canvas.addEventListener("pointercancel", (event) => {
    held.delete(event.pointerId);
    still = null;
  });
}
