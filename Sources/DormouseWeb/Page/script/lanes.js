// How the lanes of the picture are drawn.

/** One drawing: where time and lanes lie on the canvas, in its own pixels. */
class Frame {
  constructor(context, place) {
    this.context = context;
    Object.assign(this, place);
    /** Pixels a sample. */
    this.scale = (this.step * 100) / this.rate;
  }

  /** Where a sample lies. */
  x(sample) {
    return sample * this.scale - this.right + this.width;
  }

  /** The sample at the left edge. */
  get first() {
    return (this.right - this.width) / this.scale;
  }

  text(words, x, y, colour, align = "left", weight = 400, size = 12) {
    const { context } = this;
    context.font = `${weight} ${size * this.ratio}px system-ui, sans-serif`;
    context.textAlign = align;
    context.textBaseline = "alphabetic";
    context.fillStyle = colour;
    context.fillText(words, x, y);
  }
}

/** Draws all lanes and what lies across them. */
function drawLanes(picture, frame) {
  const { context, width, height, ratio } = frame;
  const { colours } = picture;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  const lanes = [{ title: "waveform", share: 0.2, draw: drawWave }];
  if (picture.mel) lanes.push({ title: `log-mel, ${picture.mel.rows} bands`, share: 0.25, draw: drawMel });
  if (picture.bits) lanes.push({ title: bitsTitle(picture), share: 0.22, draw: drawBits });
  lanes.push({ title: "scores, thresholds dashed", share: 0.33, draw: drawScores });
  const total = lanes.reduce((sum, lane) => sum + lane.share, 0);
  const titleHeight = Math.round(18 * ratio);
  const axisHeight = Math.round(20 * ratio);
  const top = Math.round(18 * ratio);
  const room = height - top - axisHeight - titleHeight * lanes.length;
  drawSeconds(frame, picture, top);
  drawBands(frame, picture, top, height - axisHeight);
  let y = top;
  for (const lane of lanes) {
    const tall = Math.floor((room * lane.share) / total);
    y += titleHeight;
    context.save();
    context.beginPath();
    context.rect(0, y - 1, width, tall + 2);
    context.clip();
    lane.draw(frame, picture, y, tall);
    context.restore();
    frame.text(lane.title, 2 * ratio, y - 5 * ratio, colours.soft, "left", 400, 11);
    y += tall;
  }
  drawNames(frame, picture, top, height - axisHeight);
}

function bitsTitle(picture) {
  const count = picture.bits.rows;
  return picture.hello.bits.emulated ? `bits of ${count} emulated analog channels` : `bits of ${count} analog channels`;
}

/** The highest and lowest sample of each 5 ms; the scale follows the loudest that is in sight. */
function drawWave(frame, picture, y, height) {
  const { context, step } = frame;
  const strip = picture.wave;
  const first = Math.floor(frame.first / strip.pitch) - 1;
  const last = Math.min(strip.next, Math.ceil(frame.cut / frame.scale / strip.pitch));
  const points = [];
  let loudest = 0.04;
  for (let number = Math.max(0, first); number < last; number += 1) {
    const column = strip.column(number);
    if (!column) continue;
    const low = ((column[1] << 24) | (column[0] << 16)) / 2147483648;
    const high = ((column[3] << 24) | (column[2] << 16)) / 2147483648;
    loudest = Math.max(loudest, -low, high);
    points.push([frame.x(number * strip.pitch), low, high]);
  }
  picture.loudest += (loudest - picture.loudest) * (loudest > picture.loudest ? 0.3 : 0.03);
  const middle = y + height / 2;
  const factor = (height / 2 / Math.max(loudest, picture.loudest)) * 0.96;
  const width = Math.max(1, step / 2);
  context.fillStyle = picture.colours.wave;
  for (const [x, low, high] of points) {
    context.fillRect(x, middle - high * factor, width, Math.max((high - low) * factor, frame.ratio));
  }
}

function drawMel(frame, picture, y, height) {
  drawStrip(frame, picture.mel, y, height);
}

function drawBits(frame, picture, y, height) {
  const { context } = frame;
  context.fillStyle = picture.colours.grid;
  context.fillRect(0, y + height - 1, frame.width, 1);
  drawStrip(frame, picture.bits, y, height);
}

function drawStrip(frame, strip, y, height) {
  const first = Math.floor(frame.first / strip.pitch);
  const end = Math.ceil(frame.cut / frame.scale / strip.pitch);
  const width = Math.round(strip.pitch * frame.scale);
  strip.paint(frame.context, first, end, Math.round(frame.x(first * strip.pitch)), width, y, height);
}

/** A line a label, and a dashed one for its threshold. */
function drawScores(frame, picture, y, height) {
  const { context, ratio } = frame;
  const place = (score) => y + height - score * (height - 4 * ratio) - 2 * ratio;
  for (const share of [0, 0.5, 1]) {
    context.fillStyle = picture.colours.grid;
    context.fillRect(0, Math.round(place(share)), frame.width, 1);
  }
  drawThresholds(frame, picture, place);
  context.lineJoin = "round";
  const { keywords } = picture.hello;
  // Labels that are never reported lie behind the others.
  const order = keywords.map((_, index) => index).sort((a, b) => keywords[b].never - keywords[a].never);
  for (const label of order) {
    context.strokeStyle = picture.words[label];
    context.lineWidth = (keywords[label].never ? 1 : 2) * ratio;
    context.beginPath();
    let before = null;
    for (const { end, scores } of picture.scores) {
      const x = frame.x(end);
      if (x > frame.cut - frame.right + frame.width) break;
      if (before === null) context.moveTo(x, place(scores[label]));
      else context.lineTo(x, before), context.lineTo(x, place(scores[label]));
      before = place(scores[label]);
    }
    if (before !== null) context.lineTo(frame.cut - frame.right + frame.width, before);
    context.stroke();
  }
}

/** One line where thresholds are equal. */
function drawThresholds(frame, picture, place) {
  const { context, ratio } = frame;
  const reported = picture.thresholds.map((value, index) => ({ value, index })).filter((item) => item.value !== null);
  const areEqual = reported.every((item) => item.value === reported[0].value);
  context.setLineDash([5 * ratio, 4 * ratio]);
  context.lineWidth = ratio;
  for (const { value, index } of areEqual ? reported.slice(0, 1) : reported) {
    context.strokeStyle = areEqual ? picture.colours.ink : picture.words[index];
    context.beginPath();
    context.moveTo(0, place(value));
    context.lineTo(frame.width, place(value));
    context.stroke();
  }
  context.setLineDash([]);
}

/** A line a second, and what time it is below. */
function drawSeconds(frame, picture, top) {
  const { context, height, ratio } = frame;
  for (let second = Math.max(0, Math.ceil(frame.first / frame.rate)); ; second += 1) {
    const x = Math.round(frame.x(second * frame.rate));
    if (x > frame.width) break;
    context.fillStyle = picture.colours.grid;
    context.fillRect(x, top, 1, height - top - 18 * ratio);
    if (x > 12 * ratio && x < frame.width - 12 * ratio) {
      frame.text(timeText(second), x, height - 5 * ratio, picture.colours.soft, "center", 400, 11);
    }
  }
}

/** The stretch of sound in which a word was heard. */
function drawBands(frame, picture, top, bottom) {
  const { context } = frame;
  for (const word of picture.detections) {
    const [left, right] = [frame.x(word.start * frame.rate), frame.x(word.end * frame.rate)];
    if (right < 0 || left > frame.cut - frame.right + frame.width) continue;
    context.fillStyle = picture.words[word.index];
    context.globalAlpha = 0.13;
    context.fillRect(left, top, right - left, bottom - top);
    context.globalAlpha = 1;
  }
}

/** The word itself, above the moment at which it was accepted. */
function drawNames(frame, picture, top, bottom) {
  const { context, ratio } = frame;
  for (const word of picture.detections) {
    const right = frame.x(word.end * frame.rate);
    if (right < 0 || right > frame.cut - frame.right + frame.width + 1) continue;
    context.fillStyle = picture.words[word.index];
    context.fillRect(Math.round(right), top - 12 * ratio, Math.max(1, 1.5 * ratio), bottom - top + 12 * ratio);
    const text = `${word.label} ${word.score.toFixed(2)}`;
    frame.text(text, right - 4 * ratio, 13 * ratio, picture.words[word.index], "right", 700, 13);
  }
}

/** Such as "1:05". */
function timeText(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(Math.floor(seconds) % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
