// A strip of paper on which columns appear as time goes by.

/**
 * The last `length` columns of `rows` bytes each; column n covers the samples from `n * pitch` on. Columns that never came
 * (a pause, a slow connection) are `null` inside the strip, so that a gap looks like a gap.
 */
class Strip {
  constructor(rows, pitch, length) {
    this.rows = rows;
    this.pitch = pitch;
    this.length = length;
    this.columns = new Array(length).fill(null);
    /** Number of the column that comes next; -1 before the first. */
    this.next = -1;
  }

  /** Adds columns, the last of which ends about where sample `end` does. */
  add(bytes, end) {
    const count = Math.floor(bytes.length / this.rows);
    if (count === 0) return;
    const ideal = Math.floor(end / this.pitch) - count;
    // Updates are cut anywhere, so columns may come a little early or late; more than that is a gap.
    const slack = Math.ceil(1600 / this.pitch) + 1;
    if (this.next < 0 || Math.abs(ideal - this.next) > slack) this.skipTo(ideal);
    for (let index = 0; index < count; index += 1) {
      this.columns[this.slot(this.next)] = bytes.subarray(index * this.rows, (index + 1) * this.rows);
      this.changed(this.next);
      this.next += 1;
    }
  }

  /** The column with a number, or null. */
  column(number) {
    if (number < 0 || number >= this.next || number < this.next - this.length) return null;
    return this.columns[this.slot(number)];
  }

  slot(number) {
    return ((number % this.length) + this.length) % this.length;
  }

  skipTo(number) {
    const from = this.next < 0 || number < this.next ? number - this.length : this.next;
    for (let gap = Math.max(from, number - this.length); gap < number; gap += 1) {
      this.columns[this.slot(gap)] = null;
      this.changed(gap);
    }
    this.next = number;
  }

  /** For strips that keep a picture too. */
  changed() {}
}

/** A strip that is kept as a picture as well, a pixel an element, lowest row at the bottom. */
class PaintedStrip extends Strip {
  constructor(rows, pitch, length) {
    super(rows, pitch, length);
    this.canvas = document.createElement("canvas");
    this.canvas.width = length;
    this.canvas.height = rows;
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(1, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
    /** A pixel for each byte. */
    this.colours = new Uint32Array(256);
  }

  /** Takes other colours, also for what is there. */
  recolour(colours) {
    this.colours = colours;
    for (let number = Math.max(0, this.next - this.length); number < this.next; number += 1) this.changed(number);
  }

  changed(number) {
    const column = this.columns[this.slot(number)];
    for (let row = 0; row < this.rows; row += 1) {
      this.pixels[this.rows - 1 - row] = column ? this.colours[column[row]] : 0;
    }
    this.context.putImageData(this.image, this.slot(number), 0);
  }

  /** Paints columns `first ..< end` at `x`, each `width` pixels wide. */
  paint(context, first, end, x, width, y, height) {
    let number = Math.max(first, this.next - this.length, 0);
    const last = Math.min(end, this.next);
    while (number < last) {
      const slot = this.slot(number);
      const run = Math.min(last - number, this.length - slot);
      context.drawImage(this.canvas, slot, 0, run, this.rows, x + (number - first) * width, y, run * width, height);
      number += run;
    }
  }
}
