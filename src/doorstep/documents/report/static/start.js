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

start();
