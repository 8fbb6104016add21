// A parcel's box: from the corner, from above and from the side, unit by unit in packing order.

const COS = Math.cos(Math.PI / 6);
const COLOURS = 8;

// Seen from (+x, +y, +z): x runs down to the right, y down to the left, z up.
const corner = (x, y, z) => [(x - y) * COS, (x + y) / 2 - z];

function boxOf(placement) {
  const { x_mm: x, y_mm: y, z_mm: z } = placement;
  return { x, y, z, X: x + placement.length_mm, Y: y + placement.width_mm, Z: z + placement.height_mm, placement };
}

// Two boxes cover one another on the screen only if they do so along all three directions across the view.
function covers(a, b) {
  return a.x - a.Y < b.X - b.y && b.x - b.Y < a.X - a.y
    && a.x - a.Z < b.X - b.z && b.x - b.Z < a.X - a.z
    && a.y - a.Z < b.Y - b.z && b.y - b.Z < a.Y - a.z;
}

const behind = (a, b) => covers(a, b) && (a.X <= b.x || a.Y <= b.y || a.Z <= b.z);

// The farthest first; boxes that hide one another in a ring are drawn by the distance of their centres.
function painted(boxes) {
  const waits = boxes.map((box) => boxes.filter((other) => other !== box && behind(other, box)).length);
  const left = new Set(boxes.keys());
  const order = [];
  const depth = (box) => box.x + box.X + box.y + box.Y + box.z + box.Z;
  while (left.size) {
    let next = -1;
    for (const place of left) {
      if (next < 0 || waits[place] < waits[next] || (waits[place] === waits[next] && depth(boxes[place]) < depth(boxes[next]))) next = place;
    }
    left.delete(next);
    order.push(boxes[next]);
    for (const place of left) if (behind(boxes[next], boxes[place])) waits[place] -= 1;
  }
  return order;
}

// From the bottom up and from the far corner on: every unit finds what carries it already in place.
function packingOrder(placements) {
  return [...placements].map(boxOf).sort((a, b) => a.z - b.z || a.x + a.y - (b.x + b.y) || a.x - b.x);
}

const points = (list) => list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

function solid(box, style, mark, size) {
  const { x, y, z, X, Y, Z } = box;
  const top = [corner(x, y, Z), corner(X, y, Z), corner(X, Y, Z), corner(x, Y, Z)];
  const group = draw("g", { class: style },
    draw("polygon", { class: "face-left", points: points([corner(x, Y, Z), corner(X, Y, Z), corner(X, Y, z), corner(x, Y, z)]) }),
    draw("polygon", { class: "face-right", points: points([corner(X, y, Z), corner(X, Y, Z), corner(X, Y, z), corner(X, y, z)]) }),
    draw("polygon", { class: "face-top", points: points(top) }));
  if (mark && Math.min(X - x, Y - y) > size * 0.7) {
    const [cx, cy] = corner((x + X) / 2, (y + Y) / 2, Z);
    group.append(draw("text", { x: cx.toFixed(1), y: (cy + size * 0.35).toFixed(1), "font-size": size.toFixed(1), "text-anchor": "middle" }, mark));
  }
  return group;
}

function edges(list, style) {
  return draw("path", { class: style, d: list.map(([a, b]) => `M${a.map((v) => v.toFixed(1)).join(" ")}L${b.map((v) => v.toFixed(1)).join(" ")}`).join("") });
}

function cornerView(boxes, inner, marks) {
  const [L, W, H] = inner;
  const size = (L + W + H) / 26;
  const far = [[corner(0, 0, 0), corner(L, 0, 0)], [corner(0, 0, 0), corner(0, W, 0)], [corner(0, 0, 0), corner(0, 0, H)]];
  const near = [
    [corner(L, 0, 0), corner(L, W, 0)], [corner(0, W, 0), corner(L, W, 0)], [corner(L, 0, 0), corner(L, 0, H)],
    [corner(0, W, 0), corner(0, W, H)], [corner(L, W, 0), corner(L, W, H)], [corner(0, 0, H), corner(L, 0, H)],
    [corner(0, 0, H), corner(0, W, H)], [corner(L, 0, H), corner(L, W, H)], [corner(0, W, H), corner(L, W, H)],
  ];
  const floor = draw("polygon", { class: "floor", points: points([corner(0, 0, 0), corner(L, 0, 0), corner(L, W, 0), corner(0, W, 0)]) });
  const view = draw("g", {}, floor, edges(far, "edge-far"),
    ...painted(boxes).map((box) => solid(box, marks[box.placement.sku][1], marks[box.placement.sku][0], size)),
    edges(near, "edge-near"));
  return [view, [-W * COS, -H, (L + W) * COS, (L + W) / 2 + H]];
}

// `across` and `up` name the two sides that are seen; `towards` the one looked along, nearest last.
function flatView(boxes, across, up, towards, wide, high, flip, marks) {
  const size = (wide + high) / 14;
  const upper = up.toUpperCase();
  const group = draw("g", {}, draw("rect", { class: "floor", width: wide, height: high }));
  for (const box of [...boxes].sort((a, b) => a[towards] - b[towards])) {
    const [mark, style] = marks[box.placement.sku];
    const [x, width, height] = [box[across], box[across.toUpperCase()] - box[across], box[upper] - box[up]];
    const y = flip ? high - box[upper] : box[up];
    group.append(draw("g", { class: style }, draw("rect", { class: "face-top", x, y, width, height })));
    if (Math.min(width, height) > size * 1.1) {
      group.lastChild.append(draw("text", { x: x + width / 2, y: y + height / 2 + size * 0.35, "font-size": size.toFixed(1), "text-anchor": "middle" }, mark));
    }
  }
  group.append(draw("rect", { class: "edge-near", width: wide, height: high }));
  return [group, [0, 0, wide, high]];
}

function framed([group, [x, y, width, height]], label) {
  const pad = Math.max(width, height) * 0.03;
  return draw("svg", { role: "img", "aria-label": label, viewBox: [x - pad, y - pad, width + 2 * pad, height + 2 * pad].map((v) => v.toFixed(1)).join(" ") }, group);
}

function markOf(place) {
  return String.fromCharCode(65 + (place % 26)) + (place < 26 ? "" : Math.floor(place / 26));
}

// A letter and a colour for each sku of a parcel.
function marksOf(contents) {
  const skus = [...new Set(contents.map((content) => content.sku))];
  return Object.fromEntries(skus.map((sku, place) => [sku, [markOf(place), `unit u${place % COLOURS}`]]));
}

function boxDrawing(parcel, products, marks) {
  const own = parcel.carton === facts.own_box;
  let boxes = packingOrder(parcel.placements);
  if (!boxes.length && own && parcel.contents.length && held(products, parcel.contents[0].sku)) {
    const [, length_mm, width_mm, height_mm] = held(products, parcel.contents[0].sku);
    boxes = [boxOf({ sku: parcel.contents[0].sku, x_mm: 0, y_mm: 0, z_mm: 0, length_mm, width_mm, height_mm })];
  }
  const known = held(facts.cartons, parcel.carton);
  if (!boxes.length || (!own && !known)) return make("p", { class: "quiet" }, "How it lies in its box is not recorded.");
  const inner = own ? ["X", "Y", "Z"].map((side) => Math.max(...boxes.map((box) => box[side]))) : known[0];
  const views = make("div", { class: "views" });
  const step = make("p", { class: "step", role: "status" });

  function show(number) {
    const seen = boxes.slice(0, number);
    const last = seen[number - 1].placement;
    const placed = `${number} of ${counted(boxes.length, "unit")}`;
    views.replaceChildren(
      make("figure", { class: "view-corner" }, framed(cornerView(seen, inner, marks), `Box from the corner, ${placed} in place`)),
      make("figure", {}, framed(flatView(seen, "x", "y", "Z", inner[0], inner[1], false, marks), "From above"), make("figcaption", {}, "Top")),
      make("figure", {}, framed(flatView(seen, "x", "z", "Y", inner[0], inner[2], true, marks), "From the side"), make("figcaption", {}, "Side")));
    step.replaceChildren(`${number}/${boxes.length} · `, make("b", {}, marks[last.sku][0]), " ", named(productName(products, last.sku)),
      ` at ${[last.x_mm, last.y_mm, last.z_mm].map(count).join(", ")} mm, lying ${sizes([last.length_mm, last.width_mm, last.height_mm])}`);
  }

  const drawing = make("div", { class: "box" }, views);
  if (own) {
    drawing.append(make("p", { class: "step" }, "Ships in its own box: no carton."));
  } else if (boxes.length > 1) {
    const slider = make("input", { type: "range", min: 1, max: boxes.length, value: boxes.length, "aria-label": "Units in place, in packing order" });
    slider.addEventListener("input", () => show(Number(slider.value)));
    drawing.append(make("div", { class: "slide" }, make("span", {}, "Pack"), slider), step);
  } else {
    drawing.append(step);
  }
  show(boxes.length);
  return drawing;
}
