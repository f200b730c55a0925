// When the sound of a sample was heard, by the clock of this browser.

/** Follows the updates: which sample is due at a moment, and how far the picture is behind the sound. */
class SoundClock {
  constructor(rate) {
    this.rate = rate;
    /** Milliseconds that the server's clock is ahead of ours. */
    this.ahead = 0;
    this.reset();
  }

  reset() {
    /** Smallest of "our time minus sound's time" lately, in ms: the sound's position on our clock. */
    this.offset = null;
    /** How late updates come, compared with the earliest. */
    this.late = 0;
    /** From capture to arrival of the last update, in ms. */
    this.travel = 0;
  }

  /** Takes an update that ends with sample `end`, captured at `capturedAt` (seconds since 1970). */
  update(end, capturedAt) {
    const now = performance.now();
    const offset = now - (1000 * end) / this.rate;
    if (this.offset === null || Math.abs(offset - this.offset) > 1500) {
      this.offset = offset;
      this.late = 40;
    }
    // The smallest offset counts; it rises slowly, as clocks drift.
    this.offset = Math.min(offset, this.offset + 0.05);
    this.late = Math.max(offset - this.offset, this.late * 0.98);
    this.travel = Date.now() + this.ahead - 1000 * capturedAt;
  }

  /** The sample at the right edge of the picture: one that has surely come. */
  edge(newest) {
    if (this.offset === null) return newest;
    const due = ((performance.now() - this.offset - Math.min(this.late + 45, 250)) * this.rate) / 1000;
    return Math.min(due, newest);
  }

  /** Milliseconds from the capture of sample `edge` to now; `newest` is the last that came, and `arrived` when. */
  behind(edge, newest, arrived) {
    return this.travel + (performance.now() - arrived) + (1000 * (newest - edge)) / this.rate;
  }
}
