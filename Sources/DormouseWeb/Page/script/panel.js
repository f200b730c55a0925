// What stands beside the picture: the word, the level, scores with their thresholds, what was heard, the model's card.

const byId = (id) => document.getElementById(id);

/** Sets a text only where it changes, so that assistive technology and layout have nothing to do. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Scores, thresholds and smoothing; asks for changes with `ask`. */
class Panel {
  constructor(hello, ask) {
    this.hello = hello;
    this.ask = ask;
    this.rows = hello.keywords.map((keyword, index) => this.row(keyword, index));
    byId("label-list").replaceChildren(...this.rows.map((row) => row.item));
    const smoothing = byId("smoothing");
    smoothing.max = hello.smoothing_limit;
    this.controls = [byId("all"), smoothing, ...this.rows.map((row) => row.slider).filter(Boolean)];
    byId("all").oninput = (event) => this.change(event, { threshold: Number(event.target.value) });
    smoothing.oninput = (event) => this.change(event, { smoothing: Number(event.target.value) });
    byId("restore").onclick = () => ask({ restore: true });
    this.recolour();
    this.settings(hello.thresholds, hello.smoothing);
  }

  row(keyword, index) {
    const fill = element("i");
    const value = element("span", { className: "value" });
    const meter = element("div", { className: "meter" }, [element("div", { className: "bar" }, [fill])]);
    let name = element("span", { className: "name", textContent: keyword.label });
    let slider = null;
    if (!keyword.never) {
      const id = `threshold-${index}`;
      slider = element("input", { type: "range", id, min: 0.02, max: 1, step: 0.01 });
      slider.oninput = (event) => this.change(event, { label: index, threshold: Number(event.target.value) });
      slider.setAttribute("aria-label", `threshold of ${keyword.label}`);
      name = element("label", { htmlFor: id, textContent: keyword.label });
      meter.append(slider);
    } else {
      name.title = "never reported";
    }
    return { item: element("li", {}, [name, meter, value]), name, fill, slider, value };
  }

  /** Asks for a change at once; what the server says then doesn't move the mark while it is held. */
  change(event, wanted) {
    event.target.touched = performance.now();
    if (event.target.id === "all") {
      for (const row of this.rows) if (row.slider) row.slider.value = wanted.threshold;
    }
    this.show(event.target);
    this.ask(wanted);
  }

  recolour() {
    const colours = wordColours(this.hello.keywords);
    this.rows.forEach((row, index) => { row.fill.style.background = colours[index]; });
  }

  scores(scores, thresholds) {
    this.rows.forEach((row, index) => {
      row.fill.style.transform = `scaleX(${scores[index]})`;
      row.name.classList.toggle("over", thresholds[index] !== null && scores[index] >= thresholds[index]);
      say(row.value, scores[index].toFixed(2));
    });
  }

  /** Takes the settings in force. */
  settings(thresholds, smoothing) {
    this.rows.forEach((row, index) => { if (row.slider) this.set(row.slider, thresholds[index]); });
    const reported = thresholds.filter((value) => value !== null);
    this.set(byId("all"), reported.reduce((sum, value) => sum + value, 0) / Math.max(reported.length, 1));
    this.set(byId("smoothing"), smoothing);
  }

  set(slider, value) {
    if (performance.now() - (slider.touched ?? -1e9) < 800) return;
    const text = Number(value).toFixed(slider.step < 1 ? 2 : 0);
    if (slider.value !== text) slider.value = text;
    this.show(slider);
  }

  show(slider) {
    if (slider.id === "all") {
      const values = new Set(this.rows.filter((row) => row.slider).map((row) => row.slider.value));
      say(byId("all-value"), values.size > 1 ? "mixed" : Number(slider.value).toFixed(2));
    } else if (slider.id === "smoothing") {
      const seconds = (slider.value * this.hello.stride_seconds).toFixed(1);
      say(byId("smoothing-value"), `${slider.value}`);
      slider.setAttribute("aria-valuetext", `mean of ${slider.value} scores, ${seconds} seconds`);
    }
  }
}

/** How loud it is. */
function showLevel(level) {
  const share = (decibels) => Math.min(1, Math.max(0, (decibels + 70) / 70));
  byId("level-rms").style.transform = `scaleX(${share(level.rms)})`;
  byId("level-peak").style.transform = `translateX(${share(level.peak) * byId("level").clientWidth - 2}px)`;
  say(byId("level-text"), level.peak > -0.1 ? "too loud: the microphone clips" : `${Math.round(level.rms)} dB`);
}

/** Adds a word to what was heard; `fresh` if it was heard just now. */
function showDetection(word, colour, fresh) {
  byId("history-empty").hidden = true;
  const item = element("li", {}, [
    element("i"), element("strong", { textContent: word.label }),
    element("span", { textContent: word.score.toFixed(2) }), element("span", { textContent: timeText(word.end) }),
  ]);
  item.firstChild.style.background = colour;
  byId("detections").prepend(item);
  while (byId("detections").children.length > 50) byId("detections").lastChild.remove();
  const big = byId("word");
  big.classList.remove("quiet", "fresh");
  say(big, word.label);
  big.style.color = colour;
  big.dataset.index = item.dataset.index = word.index;
  say(byId("word-detail"), `score ${word.score.toFixed(2)} at ${timeText(word.end)}`);
  if (!fresh) return;
  void big.offsetWidth;
  big.classList.add("fresh");
  byId("announcement").textContent = `heard ${word.label}`;
}

/** Forgets the words that are listed. */
function clearDetections() {
  byId("detections").replaceChildren();
  byId("history-empty").hidden = false;
}

/** Takes other colours, a label each. */
function recolourDetections(colours) {
  for (const item of byId("detections").children) item.firstChild.style.background = colours[item.dataset.index];
  const big = byId("word");
  if (big.dataset.index) big.style.color = colours[big.dataset.index];
}

/** The model's card. */
function showCard(card) {
  const rows = card.figures.flatMap(({ name, value }) =>
    element("div", {}, [element("dt", { textContent: name }), element("dd", { textContent: value })]));
  byId("card-list").replaceChildren(...rows);
  say(byId("card-title"), card.name);
  const cells = (layer) => [layer.index, layer.operation, layer.output, layer.encoding, layer.macs, layer.flash];
  byId("layers").replaceChildren(...card.layers.map((layer) =>
    element("tr", {}, cells(layer).map((cell) => element("td", { textContent: String(cell) })))));
}
