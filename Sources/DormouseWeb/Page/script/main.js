// Ties the page together.

let picture = null;
let panel = null;
/** When pictures were drawn that show something new, for the figure below. */
const drawings = [];
let lastFigures = 0;

/** What has come and was drawn, and how late; for tests and benchmarks. */
const counters = { updates: 0, pictures: 0, latency: () => picture.latency };
window.dormouse = counters;

const connection = new Connection({
  hello(hello) {
    if (picture?.continues(hello)) {
      picture.detections = hello.detections.slice();
      panel.settings(hello.thresholds, hello.smoothing);
    } else {
      picture = new Picture(byId("canvas"), hello);
      panel = new Panel(hello, (wanted) => connection.ask(wanted));
      say(byId("source"), `${hello.card.name} hears ${hello.source}`);
      showCard(hello.card);
    }
    clearDetections();
    for (const word of hello.detections) showDetection(word, picture.words[word.index], false);
    byId("notice").hidden = true;
    setState("listening", "listening");
    const started = picture;
    connection.compareClocks().then((ahead) => { started.clock.ahead = ahead; }, () => {});
  },
  update(update) {
    counters.updates += 1;
    picture.add(update);
    panel.scores(update.scores, update.thresholds);
    panel.settings(update.thresholds, update.smoothing);
    showLevel(update.level);
    for (const word of update.detections) {
      showDetection(word, picture.words[word.index], true);
      if (document.hidden) document.title = `${word.label} · Dormouse`;
    }
    for (const notice of update.notices) showNotice(notice);
    say(byId("cpu"), `${(100 * update.cpu_share).toFixed(1)} % of a core`);
    say(byId("overruns"), update.overruns === 0 ? "nothing lost" : `sound lost ${update.overruns} times`);
    if (update.state === "waiting") setState("waiting", update.problem ? `waiting: ${update.problem}` : "waiting");
    else if (update.state === "ended") setState("ended", "the sound has ended");
    else setState("listening", "listening");
  },
  state(name, text) {
    // A program that has heard its recording to the end is gone for good reason.
    if (byId("state").dataset.state !== "ended") setState(name, text);
  },
  notice: showNotice,
});

function setState(name, text) {
  const state = byId("state");
  state.dataset.state = name;
  say(state, text);
}

function showNotice(text) {
  say(byId("notice"), text);
  byId("notice").hidden = false;
  clearTimeout(showNotice.timer);
  showNotice.timer = setTimeout(() => { byId("notice").hidden = true; }, 10000);
}

/** Draws as often as the screen shows pictures; not at all while the page is hidden. */
function draw() {
  if (!document.hidden) requestAnimationFrame(draw);
  if (!picture) return;
  if (picture.draw()) {
    counters.pictures += 1;
    drawings.push(performance.now());
  }
  const now = performance.now();
  if (now - lastFigures < 500) return;
  lastFigures = now;
  while (drawings.length > 0 && drawings[0] < now - 2000) drawings.shift();
  if (picture.newest === 0) return;
  say(byId("rate"), `${Math.round(drawings.length / 2)} pictures a second`);
  say(byId("latency"), `${Math.round(picture.latency)} ms behind the sound`);
  say(byId("clock"), `${timeText(picture.newest / picture.rate)} heard`);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = "Dormouse";
  requestAnimationFrame(draw);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  picture?.recolour();
  panel?.recolour();
  if (picture) recolourDetections(picture.words);
});
requestAnimationFrame(draw);
