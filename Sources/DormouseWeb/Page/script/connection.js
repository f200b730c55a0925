// The line to the server: events come in, controls go out. A line that breaks is made anew, and the page says so.

class Connection {
  /** `on` has a function for each kind of message, and `state(name, text)`. */
  constructor(on) {
    this.on = on;
    this.wait = 500;
    this.wasOpen = false;
    this.open();
    setInterval(() => this.watch(), 1000);
  }

  open() {
    this.heard = performance.now();
    this.source = new EventSource("events");
    const take = (kind) => (event) => {
      this.heard = performance.now();
      this.on[kind](JSON.parse(event.data));
    };
    this.source.addEventListener("hello", (event) => {
      this.wait = 500;
      this.wasOpen = true;
      take("hello")(event);
    });
    this.source.addEventListener("update", take("update"));
    this.source.addEventListener("beat", () => { this.heard = performance.now(); });
    this.source.onerror = () => this.lost();
  }

  /** A line may also die without a word. */
  watch() {
    if (this.source && performance.now() - this.heard > 7000) this.lost();
  }

  lost() {
    this.source?.close();
    this.source = null;
    if (this.timer) return;
    this.on.state("lost", this.wasOpen ? "connection lost, trying again" : "can't connect, trying again");
    this.timer = setTimeout(() => {
      this.timer = null;
      this.open();
    }, this.wait);
    this.wait = Math.min(this.wait * 1.6, 5000);
  }

  /** Asks the server for a change. Of changes that come fast, the last counts. */
  ask(wanted) {
    const key = `${Object.keys(wanted)} ${wanted.label}`;
    this.asked ??= new Map();
    this.asked.set(key, wanted);
    this.sending ??= this.send();
  }

  async send() {
    while (this.asked.size > 0) {
      const [key, wanted] = this.asked.entries().next().value;
      this.asked.delete(key);
      try {
        const answer = await fetch("control", {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wanted),
        });
        if (!answer.ok) this.on.notice(`The change was refused: ${(await answer.text()).trim()}`);
      } catch {
        this.on.notice("The change did not get through: no connection.");
      }
    }
    this.sending = null;
  }

  /** Milliseconds that the server's clock is ahead of ours, from the quickest of three questions. */
  async compareClocks() {
    let best = null;
    for (let question = 0; question < 3; question += 1) {
      const before = Date.now();
      const start = performance.now();
      const text = await (await fetch("time")).text();
      const trip = performance.now() - start;
      if (!best || trip < best.trip) best = { trip, ahead: 1000 * Number(text) - before - trip / 2 };
    }
    return best.ahead;
  }
}
