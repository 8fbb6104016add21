// Which stop lies under a pointer: points are kept in the squares of a grid.

class Grid {
  constructor(points, box) {
    this.points = points; // [x, y, what]
    this.left = box[0];
    this.top = box[1];
    this.size = Math.max(box[2] - box[0], box[3] - box[1], 1e-12) / Math.max(1, Math.sqrt(points.length));
    this.squares = new Map();
    for (const [place, [x, y]] of points.entries()) {
      const key = this.key(...this.square(x, y));
      if (this.squares.has(key)) this.squares.get(key).push(place);
      else this.squares.set(key, [place]);
    }
  }

  square(x, y) {
    return [Math.floor((x - this.left) / this.size), Math.floor((y - this.top) / this.size)];
  }

  key(column, row) {
    return `${column} ${row}`;
  }

  // All within a distance that fit, the nearest first; of many at one place, in their order.
  near([x, y], within, fits) {
    const [left, top] = this.square(x - within, y - within);
    const [right, bottom] = this.square(x + within, y + within);
    const wide = (right - left + 1) * (bottom - top + 1);
    const places = wide > this.squares.size ? this.points.keys() : this.within(left, top, right, bottom);
    const found = [];
    for (const place of places) {
      const [px, py, what] = this.points[place];
      const away = Math.hypot(px - x, py - y);
      if (away <= within && fits(what)) found.push([away, place, what]);
    }
    return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , what]) => what);
  }

  *within(left, top, right, bottom) {
    for (let column = left; column <= right; column += 1) {
      for (let row = top; row <= bottom; row += 1) yield* this.squares.get(this.key(column, row)) || [];
    }
  }
}
