// Everything about one order: what was chosen, what lost, what would change it, and its boxes.

function facet(name, ...value) {
  return make("div", {}, make("dt", {}, name), make("dd", {}, ...value));
}

function costBar(cost) {
  const parts = facts.parts.map(([key, name]) => [key, name, cost[`${key}_minor`]]);
  const total = parts.reduce((sum, part) => sum + part[2], 0);
  const bar = draw("svg", { viewBox: "0 0 300 10", preserveAspectRatio: "none", class: "cost-bar", "aria-hidden": "true" });
  let x = 0;
  for (const [key, , minor] of parts) {
    if (minor <= 0 || total <= 0) continue;
    const width = (300 * minor) / total;
    bar.append(draw("rect", { class: `part-${key}`, x: x.toFixed(2), width: Math.max(0.5, width - 1).toFixed(2), height: 10 }));
    x += width;
  }
  const rows = parts.filter((part) => part[2] !== 0).map(([key, name, minor]) =>
    make("tr", {}, make("th", { scope: "row" }, make("span", { class: `swatch part-${key}` }), name), make("td", { class: "number" }, bare(minor))));
  return make("div", { class: "costs" }, bar, make("table", {}, make("caption", { class: "hidden" }, "Cost parts"),
    make("tbody", {}, ...rows, make("tr", { class: "strong" }, make("th", { scope: "row" }, "Parcel"), make("td", { class: "number" }, amount(total))))));
}

function contentList(parcel, products, marks) {
  return make("ul", { class: "contents" }, ...parcel.contents.map((content) => {
    const product = held(products, content.sku);
    return make("li", {}, make("span", { class: `mark ${marks[content.sku][1]}` }, marks[content.sku][0]),
      make("span", {}, `${content.quantity} × `, named(productName(products, content.sku)),
        make("small", {}, named(content.sku), product ? ` · ${sizes(product.slice(1, 4))} · ${weight(product[4])}` : "", parcel.orders.length > 1 ? " · of order " : "", parcel.orders.length > 1 ? named(content.order) : "")));
  }));
}

function atBorder(owed) {
  const payer = owed.incoterm === "DDP" ? "the sender pays (DDP)" : "the receiver pays (DAP); no cost of the plan";
  return [facet("Duty at the border", bare(owed.duty_minor), make("small", {}, payer)),
    facet("Tax at the border", bare(owed.tax_minor)),
    make("div", { class: "across" }, make("dt", {}, "Why"), make("dd", {}, named(owed.why)))];
}

// By a linehaul: in bulk to a depot, where a local service takes it over.
function injected(parcel) {
  const { linehaul, depot, handed_at: taken, cost_minor: cost } = parcel.injection;
  return [facet("In bulk to", named(siteName(depot)), make("small", {}, "by linehaul ", named(linehaul), `, ${bare(cost)} of the freight`)),
    facet("Then by", named(serviceName(parcel.service)), make("small", {}, `taken over ${instant(taken)}`))];
}

function parcelCard(parcel, place, number, order, drawing, products, choice) {
  const owed = choice.at_border;
  const marks = marksOf(parcel.contents);
  const own = parcel.carton === facts.own_box;
  const carton = held(facts.cartons, parcel.carton);
  const others = parcel.orders.filter((id) => id !== order);
  const risky = parcel.on_time_ppm < facts.target_ppm;
  return make("article", { class: "parcel" },
    make("h3", {}, number > 1 ? `Parcel ${place + 1} of ${number} ` : "Parcel ", make("small", {}, named(parcel.parcel))),
    make("div", { class: "parcel-parts" },
      boxDrawing(parcel, drawing, products, marks),
      make("div", { class: "parcel-facts" },
        make("dl", { class: "facts" },
          facet("From", named(siteName(parcel.site))),
          ...(parcel.injection ? injected(parcel) : [facet("Service", named(serviceName(parcel.service)))]),
          facet("Carton", own ? "the product’s own box" : named(parcel.carton), own || !carton ? "" : make("small", {}, `${carton[1] ? "flat " : "inside "}${sizes(carton[0])}`)),
          facet("Weight", weight(parcel.weight_g), make("small", {}, `billed ${weight(parcel.billed_weight_g)}`)),
          facet("Ships", instant(parcel.ship_at)),
          facet("Promised by", dayOf(parcel.promised_by), make("small", { class: risky ? "worse" : "" }, `${percent(parcel.on_time_ppm)} on time${risky ? ", below target" : ""}`)),
          parcel.footprint ? facet("CO2e", ...carbon(parcel.footprint)) : null,
          ...(owed ? atBorder(owed) : [])),
        contentList(parcel, products, marks),
        others.length ? make("p", { class: "quiet" }, `Shared with ${others.length > 1 ? "orders" : "order"} `, named(others.join(", ")), ` of the same customer at the same address. The cost is of the whole parcel; ${amount(Object.values(choice.cost).reduce((sum, one) => sum + one, 0))} of it falls to this order, by its units.`) : null),
      costBar(parcel.cost)));
}

function emittedBy(parcels) {
  return parcels.every((one) => one.footprint) ? weight(parcels.reduce((sum, one) => sum + one.footprint.mid_g, 0)) : "–";
}

// What the costs of options are compared with: of orders that share parcels, what all of them cost.
function compared(decision) {
  return decision.shared_with.length ? decision.together_minor : decision.cost_minor;
}

function optionTable(decision, order) {
  const cost = compared(decision);
  const reckoned = [...decision.chosen, ...decision.rejected].some((one) => one.footprint);
  const emitted = (parcels) => (reckoned ? make("td", { class: "number" }, emittedBy(parcels)) : null);
  const chosen = make("tr", { class: "strong" },
    make("th", { scope: "row" }, named(decision.chosen.map((c) => `${c.site}, ${c.carton}, ${c.service}${c.injection ? ` through ${c.injection.depot} by ${c.injection.linehaul}` : ""}`).join(" + ")), make("small", {}, "chosen")),
    make("td", { class: "number" }, bare(cost)), make("td", { class: "number" }, "–"), emitted(decision.chosen), make("td", {}, ""));
  const lost = decision.rejected.map((option) => {
    const out = option.cost_minor === null;
    return make("tr", out ? { class: "out" } : {},
      make("th", { scope: "row" }, named(option.option)),
      make("td", { class: "number" }, out ? "–" : bare(option.cost_minor)),
      make("td", { class: "number" }, out ? "–" : change(option.cost_minor - cost)),
      emitted([option]),
      make("td", {}, option.constraint ? named(option.constraint) : option.cost_minor < cost ? "cheaper alone, dearer for all orders together" : option.cost_minor === cost ? "as cheap" : "costs more"));
  });
  const heads = make("tr", {}, make("th", { scope: "col" }, "Option"), make("th", { scope: "col", class: "number" }, `Cost, ${facts.currency}`),
    make("th", { scope: "col", class: "number" }, "Difference"), reckoned ? make("th", { scope: "col", class: "number" }, "CO2e") : null, make("th", { scope: "col" }, "Why it lost"));
  return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Options of order ${order}` },
    make("table", { class: "options" }, make("thead", {}, heads), make("tbody", {}, chosen, ...lost)));
}

function proofs(decision) {
  const over = decision.cost_minor - decision.lower_bound_minor;
  const bound = decision.shared_with.length
    ? `It shares parcels with ${decision.shared_with.join(", ")}: ${amount(decision.together_minor)} for all of them. With the whole stock to themselves, ${amount(decision.lower_bound_minor)} would fall to this order at the least.`
    : over > 0 && decision.trial
    ? `Alone, with the whole stock to itself, this order would cost ${amount(decision.lower_bound_minor)} at the least.`
    : over > 0
    ? `Alone, with the whole stock to itself, this order would cost ${amount(decision.lower_bound_minor)}: sharing stock and capacity costs it ${amount(over)}.`
    : `Alone, with the whole stock to itself, this order could not cost less than ${amount(decision.lower_bound_minor)}.`;
  const exact = decision.exact ? "The bound is exact over all options." : "The bound is not exact: some options were not looked at.";
  const packing = decision.packing_proven ? "Every carton ruled out was proven too small." : "Some cartons were ruled out by a packing heuristic, without proof.";
  return make("div", { class: "proofs" }, make("p", {}, bound, " ", exact, " ", packing),
    make("p", { class: "quiet" }, "Data ", make("code", {}, decision.data_version), `, seed ${decision.seed}.`));
}

function tried({ service, instead, extra_minor: more, propensity_ppm: share }) {
  const cost = more === 0 ? "costs the same" : `costs ${amount(Math.abs(more))} ${more > 0 ? "more" : "less"}`;
  return `${service} was chosen to be measured, by lot for ${(share / 10000).toFixed(2)} % of orders like it: it ${cost} than ${instead}.`;
}

function summary({ order, decision, parcels }) {
  const cheaper = decision.rejected.filter((option) => option.cost_minor !== null && !option.constraint).map((option) => option.cost_minor - compared(decision));
  const asked = order.speed ? ` ${order.speed} asked for,` : "";
  const text = `Placed ${instant(order.placed_at)},${asked} ${counted(order.lines.length, "line")}. ${counted(parcels.length, "parcel")} for ${amount(decision.cost_minor)}.`;
  const ruledOut = decision.rejected.filter((option) => option.constraint && option.cost_minor !== null).length;
  const out = ruledOut ? ` ${ruledOut === 1 ? "A cheaper option was" : `${ruledOut} cheaper options were`} ruled out.` : "";
  if (!cheaper.length) return `${text}${out || " No other option could carry it."}`;
  const least = Math.min(...cheaper);
  return out ? text + out : least > 0 ? `${text} The next best option costs ${amount(least)} more.` : least === 0 ? `${text} Another option costs the same.` : text;
}

// A long explanation joins one clause per service or site.
function sentences(text) {
  const clauses = text.split("; ");
  return clauses.length < 3 ? [named(text)] : [make("ul", { class: "plain" }, ...clauses.map((clause) => make("li", {}, named(clause))))];
}

function detail(found) {
  const { order, decision, parcels, unplanned, products, drawings, drawn } = found;
  const body = make("div", { class: "detail" });
  if (unplanned) {
    const lines = order.lines.map(([sku, quantity]) => make("li", {}, `${quantity} × `, named(productName(products, sku)), make("small", {}, named(sku))));
    body.append(make("p", { class: "why" }, `Placed ${instant(order.placed_at)}. Not planned.`),
      make("dl", { class: "facts" }, facet("Reason", make("code", {}, unplanned.reason)), facet("What stood in the way", ...sentences(unplanned.detail)), facet("What would help", named(unplanned.remedy))),
      ...deadlockList(unplanned.deadlocks),
      make("h3", {}, "Asked for"), make("ul", { class: "plain" }, ...lines));
    return body;
  }
  body.append(make("p", { class: "why" }, summary(found)), decision.trial ? make("p", { class: "why" }, named(tried(decision.trial))) : "",
    ...parcels.map((parcel, place) => parcelCard(parcel, place, parcels.length, order.id, drawings[drawn[place]], products, decision.chosen[place])),
    ...ladders(decision, parcels),
    make("h3", {}, "What else was possible ", make("small", {}, `${counted(decision.rejected.length, "alternative")} kept`)));
  body.append(decision.rejected.length ? optionTable(decision, order.id) : make("p", { class: "quiet" }, "Nothing else: only one option could carry this order."),
    make("h3", {}, "What would change this decision"), ...turnList(found.turns, found.turns_left, found.unsought), proofs(decision));
  return body;
}
