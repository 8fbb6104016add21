// The price ladder of a parcel: every service that takes it, by what it asks, and below them those that do not.

const RUNG_PARTS = ["freight", "surcharges", "duty_tax"];

const rungPrice = (rung) => RUNG_PARTS.reduce((sum, part) => sum + rung[`${part}_minor`], 0);

function rungBar(rung, most) {
  const bar = draw("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", class: "rung-bar", "aria-hidden": "true" });
  let x = 0;
  for (const part of RUNG_PARTS) {
    const minor = rung[`${part}_minor`];
    if (minor <= 0) continue; // a discount shortens nothing that is drawn
    const width = (100 * minor) / most;
    bar.append(draw("rect", { class: `part-${part}`, x: x.toFixed(2), width: Math.max(0.4, width - 0.4).toFixed(2), height: 10 }));
    x += width;
  }
  return bar;
}

function rungParts(rung) {
  const names = new Map(facts.parts);
  return RUNG_PARTS.filter((part) => rung[`${part}_minor`] !== 0).map((part) => `${names.get(part).toLowerCase()} ${bare(rung[`${part}_minor`])}`).join(", ");
}

function carbon(footprint) {
  return footprint ? [weight(footprint.mid_g), make("small", {}, `${weight(footprint.low_g)} to ${weight(footprint.high_g)}`)] : ["–"];
}

function rungRow(rung, most) {
  const risky = rung.on_time_ppm < facts.target_ppm;
  return make("tr", rung.chosen ? { class: "chosen" } : {},
    make("th", { scope: "row" }, named(serviceName(rung.service)), rung.chosen ? make("small", {}, "chosen") : null),
    make("td", { class: "price" }, rungBar(rung, most), make("span", { class: "number" }, bare(rungPrice(rung))), make("small", {}, rungParts(rung))),
    make("td", { class: "when" }, dayOf(rung.promised_by)),
    make("td", { class: `number chance ${risky ? "worse" : ""}` }, percent(rung.on_time_ppm)),
    make("td", { class: "number emitted" }, ...carbon(rung.footprint)));
}

function ladderKey(rungs) {
  const names = new Map(facts.parts);
  const used = RUNG_PARTS.filter((part) => rungs.some((rung) => rung[`${part}_minor`] > 0));
  return make("p", { class: "ladder-key" }, ...used.map((part) => make("span", {}, make("span", { class: `swatch part-${part}` }), names.get(part))));
}

function refusedList(refused) {
  return make("div", {}, make("h4", {}, refused.length === 1 ? "One service does not take it" : `${refused.length} services do not take it`),
    make("dl", { class: "refused" }, ...refused.map((rung) => make("div", {}, make("dt", {}, named(serviceName(rung.service))), make("dd", {}, ...sentences(rung.refusal))))));
}

function ladderTable(rungs, parcel) {
  const taken = rungs.filter((rung) => !rung.refusal);
  const refused = rungs.filter((rung) => rung.refusal);
  const most = Math.max(1, ...taken.map((rung) => RUNG_PARTS.reduce((sum, part) => sum + Math.max(0, rung[`${part}_minor`]), 0)));
  const heads = [["Service", ""], [`Price, ${facts.currency}`, ""], ["Promised by", ""], ["On time", "number"], ["CO2e", "number"]];
  return make("div", { class: "ladder" }, ladderKey(taken),
    make("table", {}, make("caption", { class: "hidden" }, `What each service asks for parcel ${parcel}`),
      make("thead", {}, make("tr", {}, ...heads.map(([head, kind]) => make("th", { scope: "col", class: kind }, head)))),
      make("tbody", {}, ...taken.map((rung) => rungRow(rung, most)))),
    refused.length ? refusedList(refused) : null);
}

function ladders(decision, parcels) {
  if (!decision.ladders.length) return [];
  const many = parcels.length > 1;
  const abroad = decision.chosen.some((one) => one.at_border);
  return [make("h3", {}, "What each service asks ", make("small", {}, "for the same goods from the same site, each in its best carton")),
    abroad ? make("p", { class: "quiet" }, "Duty and tax are in the price of a service where the sender pays them, not where the receiver does.") : null,
    ...decision.ladders.flatMap((rungs, place) => [many ? make("h4", {}, `Parcel ${place + 1} of ${parcels.length}`) : null, ladderTable(rungs, parcels[place].parcel)])].filter(Boolean);
}
