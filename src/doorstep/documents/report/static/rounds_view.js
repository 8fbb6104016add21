// Where the map looks: points of the data to a plane, the plane to pixels, and back.

const METRES_ROUND = 40030000; // once around the earth at the equator

// Mercator on earth, so that corners stay corners; else the plane of the instance. y grows downwards.
function flat(x, y) {
  if (!shape.on_earth) return [x, -y];
  const bent = Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, y)) * Math.PI) / 360));
  return [x / 360, -bent / (2 * Math.PI)];
}

function boxOf(points) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

class View {
  constructor(box) {
    this.box = box; // of all there is
    this.width = 1;
    this.height = 1;
    this.least = Math.max(box[2] - box[0], box[3] - box[1], 1e-9);
    this.scale = 1; // pixels of a unit
    this.x = 0; // the middle
    this.y = 0;
    this.home = 1;
  }

  resize(width, height) {
    const untouched = this.scale === this.home;
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
    const before = this.home;
    this.home = this.fitting(this.box);
    if (untouched || before === 1) this.all();
  }

  fitting([left, top, right, bottom]) {
    const edge = Math.min(60, this.width / 8);
    const across = Math.max(right - left, this.least / 400);
    const down = Math.max(bottom - top, this.least / 400);
    return Math.min((this.width - 2 * edge) / across, (this.height - 2 * edge) / down);
  }

  all() {
    this.fit(this.box);
  }

  fit(box) {
    this.scale = this.fitting(box);
    this.x = (box[0] + box[2]) / 2;
    this.y = (box[1] + box[3]) / 2;
  }

  screen([x, y]) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  plane([across, down]) {
    return [(across - this.width / 2) / this.scale + this.x, (down - this.height / 2) / this.scale + this.y];
  }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const kept = this.plane(at);
    this.scale = Math.max(this.home / 3, Math.min(this.home * 3000, this.scale * factor));
    const now = this.plane(at);
    this.x += kept[0] - now[0];
    this.y += kept[1] - now[1];
  }

  move(across, down) {
    this.x -= across / this.scale;
    this.y -= down / this.scale;
  }

  // Move so that a point is to be seen, if it is not.
  reveal(point) {
    const [across, down] = this.screen(point);
    const edge = Math.min(70, this.width / 6);
    if (across > edge && across < this.width - edge && down > edge && down < this.height - edge) return;
    [this.x, this.y] = point;
  }

  get moved() {
    return this.scale > this.home * 1.01;
  }

  // Metres, or units of the instance, of a pixel in the middle.
  get unit() {
    if (!shape.on_earth) return 1 / this.scale;
    const latitude = 2 * Math.atan(Math.exp(-this.y * 2 * Math.PI)) - Math.PI / 2;
    return (METRES_ROUND * Math.cos(latitude)) / this.scale;
  }
}

// A length of 1, 2 or 5 and zeros that is at most so many pixels long; and how it is said.
function scaleOf(unit, most) {
  const power = 10 ** Math.floor(Math.log10(unit * most));
  const length = [5, 2, 1].map((step) => step * power).find((one) => one <= unit * most) || power;
  const said = (number) => (number >= 1 ? count(Math.round(number)) : String(Number(number.toPrecision(1))));
  if (!shape.on_earth) return [length / unit, `${said(length)} unit${length === 1 ? "" : "s"}`];
  return [length / unit, length >= 1000 ? `${said(length / 1000)} km` : `${said(length)} m`];
}
