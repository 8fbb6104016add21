// What is chosen, in words: a stop with its times and why it is there, a round, or a stop that is not served.

const fact = (name, ...said) => make("div", {}, make("dt", {}, name), make("dd", {}, ...said));

function stopCard(place, steps) {
  const one = roundOf(place);
  const trips = visits.trip[one.last - 1] > 1 ? `, trip ${visits.trip[place]}` : "";
  const lines = [fact("Round", `${one.number}, `, named(one.vehicle)), fact("Place in it", `${count(visits.position[place])} of ${count(stopsOf(one))}${trips}`)];
  if (shape.timed) {
    const after = visits.leaves[place] > visits.ends[place];
    const wait = visits.begins[place] - visits.arrival[place] - (after ? 0 : visits.pause[place]);
    lines.push(fact("Window", windowOf(place)), fact("Arrives", clock(visits.arrival[place])));
    if (visits.pause[place] > 0) lines.push(fact("Break", `${lasting(visits.pause[place])} ${after ? "after" : "before"} service`));
    if (wait > 0) lines.push(fact("Waits", lasting(wait)));
    lines.push(fact("Service", `${clock(visits.begins[place])}–${clock(visits.ends[place])}`));
  }
  const chance = visits.chance[place];
  if (chance !== null) lines.push(fact("On time", make("span", { class: isTight(place) ? "worse" : "" }, percent(chance))));
  if (visits.delivered[place].some(Boolean)) lines.push(fact("Delivered", loadText(visits.delivered[place])));
  if (visits.collected[place].some(Boolean)) lines.push(fact("Collected", loadText(visits.collected[place])));
  lines.push(fact("On board after", loadOf(place)));
  return [
    make("h3", {}, make("span", {}, "Stop ", named(visits.stop[place])), closing(steps)),
    make("dl", { class: "facts" }, ...lines),
    visits.why[place] ? make("p", { class: "why" }, make("strong", {}, "Why here: "), visits.why[place]) : null,
    make("div", { class: "steps-to" }, stepping("Previous", () => steps.by(-1)), stepping("Next", () => steps.by(1))),
  ].filter(Boolean);
}

function missingCard(lost, steps) {
  const one = missing[lost];
  return [
    make("h3", {}, make("span", {}, "Stop ", named(one.stop)), closing(steps)),
    make("p", { class: "worse" }, one.kind === "left" ? "Left: " : "Not served: ", one.reason),
    one.detail ? make("p", { class: "why" }, one.detail) : null,
    one.remedy ? make("p", { class: "why" }, make("strong", {}, "What would help: "), one.remedy) : null,
  ].filter(Boolean);
}

function stopsOf(one) {
  let stops = 0;
  for (let place = one.first; place < one.last; place += 1) if (!isReload(place)) stops += 1;
  return stops;
}

function stepping(word, step) {
  const button = make("button", { type: "button" }, word);
  button.addEventListener("click", step);
  return button;
}

const closing = (steps) => {
  const button = make("button", { type: "button", "aria-label": "Let it go" }, "×");
  button.addEventListener("click", () => steps.letGo());
  return button;
};
