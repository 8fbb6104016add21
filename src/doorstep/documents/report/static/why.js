// What would change a decision, and why an order has no plan. The words were made when the page was written.

function turnList(turns, left, unsought) {
  if (!turns.length) return [make("p", { class: "quiet" }, unsought || "No single change was found that would change it.")];
  const lead = turns.length > 1 ? "Each of these would change it by itself, all else being as it is." : "This would change it, all else being as it is.";
  const rows = turns.map(([about, change, then]) => make("div", {}, make("dt", {}, about),
    make("dd", {}, named(change), then ? make("small", {}, "then: ", named(then)) : null)));
  return [make("p", { class: "why" }, lead), make("dl", { class: "turns" }, ...rows),
    left ? make("p", { class: "quiet" }, `${counted(left, "more change")} in decisions.jsonl beside this page.`) : null,
    unsought ? make("p", { class: "quiet" }, unsought) : null].filter(Boolean);
}

function deadlockList(deadlocks) {
  if (!deadlocks.length) return [];
  const rows = (obstacles) => obstacles.map(([about, told, fix, enough]) => make("div", {}, make("dt", {}, about),
    make("dd", {}, named(told), make("span", { class: "fix" }, make("b", {}, "What would help: "), named(fix)),
      make("small", {}, enough ? "enough by itself" : "helps only together with others"))));
  return [make("h3", {}, "Why it cannot be planned"),
    ...deadlocks.flatMap(([lead, obstacles]) => [make("p", { class: "why" }, lead), make("dl", { class: "turns" }, ...rows(obstacles))])];
}
