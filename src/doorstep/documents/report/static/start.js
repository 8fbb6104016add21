// Read the facts, then bring the parts to life. `#order=ID` in the address opens an order.

function followAddress(openOrder) {
  const found = /^#order=(.+)$/.exec(location.hash);
  if (found && openOrder) openOrder(decodeURIComponent(found[1]));
}

async function start() {
  startMap();
  facts = await unpack("facts");
  index = await unpack("index");
  const openOrder = startOrders();
  startUnplanned(await unpack("unplanned-rows"), openOrder);
  document.addEventListener("keydown", (event) => {
    const writes = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey || !at("search")) return;
    event.preventDefault();
    at("search").focus();
    at("search").select();
  });
  addEventListener("hashchange", () => followAddress(openOrder));
  followAddress(openOrder);
  document.documentElement.dataset.ready = "yes";
}

// An old browser cannot unpack; the totals, the map and the charts stand without it.
start().catch((error) => {
  at("decisions").append(make("p", { class: "empty" }, make("strong", {}, "The decisions could not be opened here."),
    `A browser of 2023 or later is needed; the same stands in decisions.jsonl beside this page. (${error.message})`));
  throw error;
});
