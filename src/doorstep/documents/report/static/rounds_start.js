// The map brought to life: what is chosen, and what keys, buttons, pointers and the address do. `#stop=ID` chooses a stop.

class RoundsMap {
  constructor(depots) {
    this.frame = at("frame");
    this.canvas = at("canvas");
    this.points = visits.x.map((x, place) => flat(x, visits.y[place]));
    const lost = missing.map((one) => one.at && flat(...one.at));
    const flatDepots = depots.map((point) => flat(...point));
    const roads = rounds.flatMap((one) => one.line.map((point) => flat(...point)));
    const everything = [...this.points, ...lost.filter(Boolean), ...flatDepots];
    const box = boxOf(everything.length ? [...everything, ...roads] : [[0, 0]]);
    this.view = new View(box);
    this.painter = new Painter(this.canvas, this.view, this.points, flatDepots);
    const stops = this.points.map((point, place) => [...point, place]).filter(([, , place]) => !isReload(place));
    const crosses = lost.map((point, place) => point && [...point, -1 - place]).filter(Boolean);
    this.grid = new Grid([...stops, ...crosses], box);
    this.list = new RoundList(this);
    this.round = null;
    this.chosen = null;
    this.lost = null;
    this.waiting = 0;
  }

  paint() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.painter.paint(this.round, this.chosen, this.lost);
      this.frame.classList.toggle("moved", this.view.moved);
      const [pixels, said] = scaleOf(this.view.unit, 120);
      at("scale-bar").style.width = `${pixels}px`;
      at("scale-text").textContent = said;
    });
  }

  resize() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const sharp = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(width * sharp);
    this.canvas.height = Math.round(height * sharp);
    this.view.resize(width, height);
    this.paint();
  }

  show(number, shown) {
    rounds[number].shown = shown;
    if (!shown && this.round === number) this.letGo();
    this.paint();
  }

  choose(place, byMap = false) {
    this.set(visits.round[place], place, null);
    rounds[this.round].shown = true;
    this.list.boxes[this.round].checked = true;
    this.list.open(this.round, place, byMap);
    this.card(stopCard(place, this), rounds[this.round].colour);
    this.view.reveal(this.points[place]);
    this.paint();
  }

  chooseRound(number) {
    this.set(number, null, null);
    rounds[number].shown = true;
    this.list.boxes[number].checked = true;
    this.list.open(number, null, false);
    at("chosen").hidden = true;
    const one = rounds[number];
    this.view.fit(boxOf([...this.points.slice(one.first, one.last), ...this.painter.lines[number].road, flat(...one.start), flat(...one.end)]));
    this.paint();
  }

  chooseMissing(place) {
    this.set(null, null, place);
    this.list.open(null, null, false);
    this.card(missingCard(place, this), null);
    if (missing[place].at) this.view.reveal(this.painter.missing[place]);
    this.paint();
  }

  letGo() {
    this.set(null, null, null);
    this.list.open(null, null, false);
    const held = at("chosen").contains(document.activeElement);
    at("chosen").hidden = true;
    if (held) this.frame.focus();
    this.paint();
  }

  // The stop before or after in its round, and around at its ends.
  by(step) {
    if (this.round === null) return;
    const one = rounds[this.round];
    const stops = [];
    for (let place = one.first; place < one.last; place += 1) if (!isReload(place)) stops.push(place);
    const here = this.chosen === null ? (step > 0 ? -1 : 0) : stops.indexOf(this.chosen);
    const word = document.activeElement && at("chosen").contains(document.activeElement) ? document.activeElement.textContent : "";
    this.choose(stops[(here + step + stops.length) % stops.length], true);
    const again = [...at("chosen").querySelectorAll("button")].find((button) => button.textContent === word);
    if (word && again) again.focus();
  }

  set(round, chosen, lost) {
    this.round = round;
    this.chosen = chosen;
    this.lost = lost;
  }

  card(children, colour) {
    const card = at("chosen");
    card.className = colour === null ? "chosen" : `chosen r${colour}`;
    card.replaceChildren(...children);
    card.hidden = false;
  }

  under([across, down], reach) {
    const within = reach / this.view.scale;
    const fits = (what) => what < 0 || roundOf(what).shown;
    return this.grid.near(this.view.plane([across, down]), within, fits);
  }

  // Clicked again where several lie, the next one is chosen.
  click(at, reach) {
    const found = this.under(at, reach);
    if (!found.length) return this.letGo();
    const now = this.lost !== null ? -1 - this.lost : this.chosen;
    const next = found[(found.indexOf(now) + 1) % found.length];
    if (next < 0) this.chooseMissing(-1 - next);
    else this.choose(next, true);
    return undefined;
  }

  followAddress() {
    const found = /^#stop=(.+)$/.exec(location.hash);
    if (!found) return;
    const stop = decodeURIComponent(found[1]);
    const place = visits.stop.indexOf(stop);
    const lost = missing.findIndex((one) => one.stop === stop);
    if (place >= 0) this.choose(place, true);
    else if (lost >= 0) this.chooseMissing(lost);
  }
}

async function startRounds() {
  const depots = await openRounds();
  if (at("frame")) {
    const map = new RoundsMap(depots);
    map.list.listen();
    listenToKeys(map);
    listenToPointers(map);
    new ResizeObserver(() => map.resize()).observe(map.frame);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      map.painter.readColours();
      map.paint();
    });
    at("without-scripts").hidden = true;
    at("map-buttons").hidden = false;
    at("scale").hidden = false;
    addEventListener("hashchange", () => map.followAddress());
    map.resize();
    map.followAddress();
  }
  document.documentElement.dataset.ready = "yes";
}

// An old browser cannot unpack; the list of rounds stands without it.
startRounds().catch((error) => {
  at("rounds").append(make("p", { class: "empty" }, make("strong", {}, "The map could not be opened here."),
    `A browser of 2023 or later is needed; the same stands in routes.csv beside this page. (${error.message})`));
  throw error;
});
