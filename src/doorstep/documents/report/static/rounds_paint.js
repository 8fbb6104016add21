// Drawing on the canvas: lines first, then stops, then what is chosen. Tens of thousands of stops are small squares.

const NUMBERED = 260; // stops in sight with their numbers, at most
const LABELLED = 45; // rounds with their numbers on the map, at most
const MANY = 4000; // stops from which lines are thin and dots are squares, to be drawn in time
const RADIUS = 9;

// Black or white, whichever is easier to read on a colour.
function lettersOn(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

class Painter {
  constructor(canvas, view, points, depots) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.view = view;
    this.points = points; // of visits, flat
    this.depots = depots;
    this.missing = missing.map((one) => one.at && flat(...one.at));
    this.lines = rounds.map((one) => this.lineOf(one));
    this.readColours();
  }

  lineOf(one) {
    const stops = this.points.slice(one.first, one.last);
    const [start, end] = [flat(...one.start), flat(...one.end)];
    return { road: one.line.map((at) => flat(...at)), stops, start, end };
  }

  readColours() {
    const found = getComputedStyle(document.documentElement);
    const named = (name) => found.getPropertyValue(name).trim();
    this.colours = [0, 1, 2, 3, 4, 5, 6].map((number) => named(`--r${number}`));
    this.letters = this.colours.map(lettersOn);
    for (const name of ["ink", "sheet", "bad", "focus"]) this[name] = named(`--${name}`);
    this.font = getComputedStyle(document.body).fontFamily;
  }

  paint(round, chosen, lost) {
    const { pen, canvas, view } = this;
    const sharp = canvas.width / view.width;
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, view.width, view.height);
    const many = this.points.length > MANY;
    pen.lineJoin = many ? "miter" : "round";
    pen.lineCap = many ? "butt" : "round";
    const order = rounds.map((_, number) => number).filter((number) => rounds[number].shown && number !== round);
    const thin = many ? 1 : Math.max(1.1, this.radius(this.points.length) * 0.6);
    for (const number of order) this.line(number, round !== null ? 0.22 : 1, thin);
    if (round !== null && rounds[round].shown) {
      this.line(round, 1, 6, this.sheet);
      this.line(round, 1, 3);
    }
    this.stops(order, round, chosen);
    this.crosses();
    for (const depot of this.depots) this.depot(depot);
    if (round === null) this.labels(order);
    if (chosen !== null) {
      this.numbered(chosen, this.view.screen(this.points[chosen]));
      this.ring(this.points[chosen]);
    }
    if (lost !== null && this.missing[lost]) this.ring(this.missing[lost]);
  }

  line(number, alpha, width, colour = this.colours[rounds[number].colour]) {
    const { pen, view } = this;
    const { road, stops, start, end } = this.lines[number];
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.globalAlpha = alpha;
    if (road.length) {
      this.trace(road);
    } else if (stops.length) {
      this.trace(stops);
      pen.globalAlpha = alpha * 0.55;
      pen.lineWidth = Math.max(1, width * 0.6);
      pen.setLineDash([3, 5]);
      this.trace([start, stops[0]]);
      this.trace([stops[stops.length - 1], end]);
      pen.setLineDash([]);
    }
    pen.globalAlpha = 1;
  }

  trace(points) {
    const { pen, view } = this;
    pen.beginPath();
    let [before, above] = [Infinity, Infinity];
    for (const [place, point] of points.entries()) {
      const [across, down] = view.screen(point);
      // Points that fall upon one another on the screen are one.
      if (place && place < points.length - 1 && Math.abs(across - before) < 0.7 && Math.abs(down - above) < 0.7) continue;
      if (place) pen.lineTo(across, down);
      else pen.moveTo(across, down);
      [before, above] = [across, down];
    }
    pen.stroke();
  }

  inSight([across, down]) {
    return across > -12 && down > -12 && across < this.view.width + 12 && down < this.view.height + 12;
  }

  stops(order, round, chosen) {
    const shown = round === null || !rounds[round].shown ? order : [...order, round];
    const seen = [];
    for (const number of shown) {
      const one = rounds[number];
      for (let place = one.first; place < one.last; place += 1) {
        if (isReload(place)) continue;
        const at = this.view.screen(this.points[place]);
        if (this.inSight(at)) seen.push([place, number, at]);
      }
    }
    const taken = new Set();
    if (chosen !== null) this.free(taken, this.view.screen(this.points[chosen]));
    const mayHave = (number) => (round === null ? seen.length <= NUMBERED : number === round);
    const numbered = seen.filter(([, number, at]) => mayHave(number) && this.free(taken, at));
    const plain = numbered.length < seen.length ? seen.filter((one) => !numbered.includes(one)) : [];
    this.dots(plain, round, this.radius(seen.length));
    for (const [place, , at] of numbered.reverse()) this.numbered(place, at);
  }

  // The more of them there are, the smaller.
  radius(stops) {
    const { width, height } = this.view;
    return Math.max(1.3, Math.min(3.2, Math.sqrt((width * height) / Math.max(stops, 1)) / 8));
  }

  dots(plain, round, radius) {
    const { pen } = this;
    for (const [, number, at] of plain) {
      pen.globalAlpha = round === null || number === round ? 1 : 0.3;
      pen.fillStyle = this.colours[rounds[number].colour];
      if (plain.length > MANY) pen.fillRect(at[0] - radius, at[1] - radius, 2 * radius, 2 * radius);
      else this.dot(at, radius);
    }
    pen.globalAlpha = 1;
  }

  // Whether nothing lies where a number would stand; if so, it does from now on.
  free(taken, [across, down]) {
    const [column, row] = [Math.round(across / RADIUS), Math.round(down / RADIUS)];
    for (let i = -1; i <= 1; i += 1) for (let j = -1; j <= 1; j += 1) if (taken.has(`${column + i} ${row + j}`)) return false;
    taken.add(`${column} ${row}`);
    return true;
  }

  dot([across, down], radius) {
    const { pen } = this;
    pen.beginPath();
    pen.arc(across, down, radius, 0, 2 * Math.PI);
    pen.fill();
  }

  numbered(place, at) {
    const { pen } = this;
    const { colour } = roundOf(place);
    pen.fillStyle = this.colours[colour];
    this.dot(at, RADIUS);
    pen.lineWidth = isTight(place) ? 2.5 : 1.2;
    pen.strokeStyle = isTight(place) ? this.bad : this.sheet;
    pen.stroke();
    this.say(String(visits.position[place]), at, this.letters[colour], 10);
  }

  say(text, [across, down], colour, size) {
    const { pen } = this;
    pen.fillStyle = colour;
    pen.font = `650 ${size === 10 && text.length > 2 ? 8 : size}px ${this.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, across, down + 0.5);
  }

  crosses() {
    const { pen } = this;
    pen.lineWidth = 2.5;
    for (const point of this.missing.filter(Boolean)) {
      const at = this.view.screen(point);
      if (!this.inSight(at)) continue;
      const [across, down] = at;
      pen.fillStyle = this.sheet;
      this.dot(at, 7);
      pen.strokeStyle = this.bad;
      pen.beginPath();
      pen.moveTo(across - 3.5, down - 3.5);
      pen.lineTo(across + 3.5, down + 3.5);
      pen.moveTo(across + 3.5, down - 3.5);
      pen.lineTo(across - 3.5, down + 3.5);
      pen.stroke();
    }
  }

  depot(point) {
    const { pen } = this;
    const [across, down] = this.view.screen(point);
    pen.fillStyle = this.sheet;
    pen.fillRect(across - 8, down - 8, 16, 16);
    pen.fillStyle = this.ink;
    pen.fillRect(across - 6, down - 6, 12, 12);
  }

  // The number of a round stands at that of its stops which is nearest to their middle.
  labels(order) {
    if (order.length > LABELLED || order.length < 2) return;
    const taken = [];
    for (const number of order) {
      const { stops } = this.lines[number];
      if (!stops.length) continue;
      const middle = [0, 1].map((axis) => stops.reduce((sum, point) => sum + point[axis], 0) / stops.length);
      const away = (point) => Math.hypot(point[0] - middle[0], point[1] - middle[1]);
      const [across, down] = this.view.screen(stops.reduce((best, point) => (away(point) < away(best) ? point : best)));
      if (taken.some(([x, y]) => Math.abs(x - across) < 26 && Math.abs(y - down) < 20)) continue;
      taken.push([across, down]);
      this.pill(rounds[number], across, down - 16);
    }
  }

  pill(one, across, down) {
    const { pen } = this;
    const wide = 18 + 7 * String(one.number).length;
    pen.beginPath();
    pen.roundRect(across - wide / 2, down - 9, wide, 18, 4);
    pen.fillStyle = this.sheet;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = this.colours[one.colour];
    pen.stroke();
    this.say(`R${one.number}`, [across, down], this.ink, 12);
  }

  ring(point) {
    const { pen } = this;
    const [across, down] = this.view.screen(point);
    for (const [colour, width] of [[this.sheet, 5], [this.focus, 2.5]]) {
      pen.beginPath();
      pen.arc(across, down, RADIUS + 4, 0, 2 * Math.PI);
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.stroke();
    }
  }
}
