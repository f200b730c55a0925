// The picture: waveform, features, bits and scores over one axis of time, detections across all of them.

/** Seconds that the picture aims to show; it shows whole pixels a column, so a little more or less. */
const wantedSeconds = 6;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

class Picture {
  constructor(canvas, hello) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.hello = hello;
    this.rate = hello.rate;
    this.clock = new SoundClock(hello.rate);
    this.wave = new Strip(4, hello.rate / hello.pairs_per_second, 4096);
    this.mel = hello.mel && new PaintedStrip(hello.mel.rows, hello.mel.hop, 1024);
    this.bits = hello.bits && new PaintedStrip(hello.bits.rows, hello.bits.hop, 2048);
    /** Scores over time: `{end, scores}`. */
    this.scores = [];
    this.detections = hello.detections.slice();
    this.thresholds = hello.thresholds;
    this.newest = 0;
    this.arrived = 0;
    this.loudest = 0.1;
    this.drawn = -1;
    this.recolour();
  }

  /** Takes the colours of the style sheet. */
  recolour() {
    this.colours = {};
    for (const name of ["ink", "soft", "wave", "bit", "grid", "other"]) {
      this.colours[name] = styleValue(`--${name}`);
    }
    this.words = wordColours(this.hello.keywords);
    if (this.mel) this.mel.recolour(melColours(styleValue("--melody")));
    if (this.bits) {
      const [r, g, b] = channels(this.colours.bit);
      this.bits.recolour(new Uint32Array(256).fill(((255 << 24) | (b << 16) | (g << 8) | r) >>> 0, 1));
    }
    this.drawn = -1;
  }

  /** Takes an update of the server. */
  add(update) {
    if (update.end < this.newest) this.restart();
    const end = update.end;
    if (update.wave) this.wave.add(bytesOf(update.wave), end);
    if (this.mel && update.mel) this.mel.add(bytesOf(update.mel), end);
    if (this.bits && update.bits) this.bits.add(unpackBits(bytesOf(update.bits), this.bits.rows), end);
    const last = this.scores.at(-1);
    if (!last || last.scores.some((score, index) => score !== update.scores[index])) {
      this.scores.push({ end, scores: update.scores });
    }
    while (this.scores.length > 2 && this.scores[1].end < end - 15 * this.rate) this.scores.shift();
    this.detections.push(...update.detections);
    while (this.detections.length > 40) this.detections.shift();
    this.thresholds = update.thresholds;
    if (end > this.newest) {
      this.clock.update(end, update.captured_at);
      this.newest = end;
      this.arrived = performance.now();
    }
  }

  /** Whether a greeting is about the same model and source, so that the picture can go on. */
  continues(hello) {
    const key = (one) => JSON.stringify([one.card.name, one.source, one.rate, one.keywords, one.mel, one.bits]);
    return key(hello) === key(this.hello);
  }

  restart() {
    this.newest = 0;
    this.scores = [];
    this.detections = [];
    this.clock.reset();
  }

  /** Draws what is due now; returns whether it differs from what was drawn last. */
  draw() {
    const ratio = Math.min(devicePixelRatio || 1, 3);
    const [width, height] = [Math.round(this.canvas.clientWidth * ratio), Math.round(this.canvas.clientHeight * ratio)];
    if (width === 0) return false;
    // An even number of pixels for 10 ms, so that nothing flickers as it moves.
    const step = Math.max(1, Math.round(width / (wantedSeconds * 100)));
    const edge = this.edge(step, width);
    const size = `${width}x${height}`;
    if (edge.key === this.drawn && size === this.size) return false;
    if (size !== this.size) [this.canvas.width, this.canvas.height, this.size] = [width, height, size];
    this.drawn = edge.key;
    const frame = new Frame(this.context, { width, height, ratio, step, rate: this.rate, right: edge.right, cut: edge.cut });
    drawLanes(this, frame);
    return true;
  }

  /**
   * The pixel of time at the right of the canvas. Usually that is now, and the picture moves. For those who want little
   * motion it stands still and is filled from the left, page by page, twice a second.
   */
  edge(step, width) {
    this.shown = this.clock.edge(this.newest);
    const now = Math.floor((this.shown / this.rate) * 100 * step);
    if (!reducedMotion.matches) return { right: now, cut: now, key: now };
    const cut = Math.floor(now / (50 * step)) * 50 * step;
    return { right: Math.ceil(Math.max(cut, 1) / width) * width, cut, key: cut };
  }

  /** Milliseconds from sound to picture. */
  get latency() {
    return this.clock.behind(this.shown, this.newest, this.arrived);
  }
}

/** A colour a keyword; grey for labels that are never reported. */
function wordColours(keywords) {
  const list = styleValue("--words").split(",").map((colour) => colour.trim());
  let next = 0;
  return keywords.map((keyword) => {
    if (keyword.never) return styleValue("--other");
    next += 1;
    return list[(next - 1) % list.length];
  });
}

/** Pixels for int8 features: speech near a microphone lies between -55 and 75. */
function melColours(list) {
  const colours = ramp(list);
  return new Uint32Array(256).map((_, byte) => {
    const feature = byte < 128 ? byte : byte - 256;
    return colours[Math.min(255, Math.max(0, Math.round(((feature + 52) / 122) * 255)))];
  });
}
