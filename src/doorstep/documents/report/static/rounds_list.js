// The list of rounds: shown or not, opened into their stops; and the search for a stop.

const FOUND = 30; // stops listed by a search, at most

class RoundList {
  constructor(map) {
    this.map = map;
    this.list = at("round-list");
    this.rows = [...this.list.children];
    this.boxes = [];
    this.names = [];
  }

  listen() {
    for (const [number, row] of this.rows.entries()) this.dress(number, row);
    at("show-all").addEventListener("click", () => this.showAll(true));
    at("hide-all").addEventListener("click", () => this.showAll(false));
    at("controls").addEventListener("submit", (event) => event.preventDefault());
    let typing = 0;
    at("search").addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.look(at("search").value), 120);
    });
    at("controls").hidden = false;
  }

  dress(number, row) {
    const line = row.firstElementChild;
    const one = rounds[number];
    const box = make("input", { type: "checkbox", checked: true, "aria-label": `Show round ${one.number}` });
    const name = make("button", { type: "button", class: "round-name", "aria-expanded": "false" }, ...line.querySelector(".round-name").childNodes);
    line.querySelector(".round-name").replaceWith(name);
    line.prepend(box);
    box.addEventListener("change", () => this.map.show(number, box.checked));
    name.addEventListener("click", () => (name.getAttribute("aria-expanded") === "true" ? this.map.letGo() : this.map.chooseRound(number)));
    this.boxes.push(box);
    this.names.push(name);
  }

  showAll(shown) {
    for (const [number, box] of this.boxes.entries()) {
      box.checked = shown;
      rounds[number].shown = shown;
    }
    this.map.letGo();
  }

  // Open a round and mark a stop in it; the one that was open before is closed.
  open(number, place, scroll) {
    for (const [other, row] of this.rows.entries()) {
      const here = other === number;
      if (this.names[other].getAttribute("aria-expanded") === String(here) && !here) continue;
      this.names[other].setAttribute("aria-expanded", String(here));
      row.classList.toggle("picked", here);
      const stops = row.querySelector(".stop-list");
      if (!here && stops) stops.remove();
      if (here && !stops) row.append(this.stops(number));
    }
    if (number === null) return;
    const row = this.rows[number];
    for (const button of row.querySelectorAll("[data-place]")) {
      if (Number(button.dataset.place) === place) {
        button.setAttribute("aria-current", "true");
        if (scroll) this.scrollTo(button);
      } else button.removeAttribute("aria-current");
    }
    if (place === null && scroll) this.scrollTo(row);
  }

  // Within the list alone: the page stays where it is.
  scrollTo(node) {
    const [frame, box] = [this.list.getBoundingClientRect(), node.getBoundingClientRect()];
    if (box.top < frame.top || box.bottom > frame.bottom) this.list.scrollTop += box.top - frame.top - frame.height / 3;
  }

  stops(number) {
    const one = rounds[number];
    const list = make("ol", { class: "stop-list", "aria-label": `Stops of round ${one.number}` });
    for (let place = one.first; place < one.last; place += 1) {
      if (isReload(place)) list.append(make("li", { class: "trip" }, shape.timed ? `reloads ${clock(visits.begins[place])}–${clock(visits.leaves[place])}` : "reloads"));
      else list.append(make("li", {}, this.stop(place)));
    }
    return list;
  }

  stop(place, after = "") {
    const told = after || (shape.timed ? clock(visits.begins[place]) : "");
    const button = make("button", { type: "button", "data-place": place }, make("span", {}, count(visits.position[place])), named(visits.stop[place]), make("small", { class: isTight(place) ? "worse" : "" }, told));
    button.addEventListener("click", () => this.map.choose(place));
    return button;
  }

  look(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (said) => words.every((word) => said.toLowerCase().includes(word));
    const found = [];
    let more = 0;
    if (words.length) {
      for (let place = 0; place < visits.stop.length; place += 1) {
        if (isReload(place) || !fits(`${visits.stop[place]} ${roundOf(place).vehicle}`)) continue;
        if (found.length < FOUND) found.push(place);
        else more += 1;
      }
    }
    const lost = words.length ? missing.map((_, place) => place).filter((place) => fits(missing[place].stop)).slice(0, FOUND) : [];
    at("found-stops").replaceChildren(...found.map((place) => make("li", {}, this.stop(place, `round ${roundOf(place).number}`))), ...lost.map((place) => make("li", {}, this.lost(place))));
    at("found-stops").hidden = !found.length && !lost.length;
    const all = found.length + more + lost.length;
    at("found").textContent = words.length ? (all ? `${counted(all, "stop")}${more ? `, the first ${FOUND} listed` : ""}` : "No stop and no vehicle is called so.") : "";
  }

  lost(place) {
    const button = make("button", { type: "button" }, make("span", {}, "×"), named(missing[place].stop), make("small", {}, "not served"));
    button.addEventListener("click", () => this.map.chooseMissing(place));
    return button;
  }
}
