// A parcel's box, as it was drawn when the page was written; the slider fills it unit by unit.

const COLOURS = 8;

// A drawing comes as a tree: tag, attributes, children.
const grown = ([tag, attributes, ...children]) => draw(tag, attributes, ...children.map((child) => (typeof child === "string" ? child : grown(child))));

function markOf(place) {
  return String.fromCharCode(65 + (place % 26)) + (place < 26 ? "" : Math.floor(place / 26));
}

// A letter and a colour for each sku of a parcel.
function marksOf(contents) {
  const skus = [...new Set(contents.map((content) => content.sku))];
  return Object.fromEntries(skus.map((sku, place) => [sku, [markOf(place), `u${place % COLOURS}`]]));
}

function undrawn(parcel) {
  const why = parcel.placements.length
    ? `This page draws ${count(facts.most_drawn)} different boxes; how the units of this one lie stands in placements.csv.`
    : "How it lies in its box is not recorded.";
  return make("p", { class: "quiet" }, why);
}

function boxDrawing(parcel, drawing, products, marks) {
  if (!drawing) return undrawn(parcel);
  const [corner, top, side] = drawing.views.map(grown);
  const lying = parcel.placements;
  const total = lying.length;
  const step = make("p", { class: "step", role: "status" });
  const box = make("div", { class: "box" }, make("div", { class: "views" },
    make("figure", { class: "view-corner" }, corner, make("figcaption", {}, "from the corner")),
    make("figure", {}, top, make("figcaption", {}, "from above")),
    make("figure", {}, side, make("figcaption", {}, "from the side"))));

  function show(put) {
    fillTo(box, put, total);
    const last = lying[put - 1];
    step.replaceChildren(`${put}/${total} · `, make("b", {}, marks[last.sku][0]), " ", named(productName(products, last.sku)),
      ` at ${[last.x_mm, last.y_mm, last.z_mm].map(count).join(", ")} mm, lying ${sizes([last.length_mm, last.width_mm, last.height_mm])}`);
  }

  if (parcel.carton === facts.own_box) {
    box.append(make("p", { class: "step" }, "Ships in its own box: no carton."));
    return box;
  }
  if (total > 1) {
    const slider = make("input", { type: "range", min: 1, max: total, value: total, "aria-label": "Units in place, in packing order" });
    slider.addEventListener("input", () => show(Number(slider.value)));
    box.append(make("div", { class: "slide" }, make("span", {}, "Put in"), slider));
  }
  box.append(step);
  if (drawing.left_out) box.append(make("p", { class: "step" }, `Not drawn: the ${counted(drawing.left_out, "lowest unit")}.`));
  show(total);
  return box;
}
