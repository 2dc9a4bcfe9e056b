// One time line for all conversations that are open: moments in order, and who plays them.

const PER_MOMENT = 800; // milliseconds, in a short ladder
const WHOLE = 45_000; // milliseconds that a long one takes at most
const FASTEST = 40;

export class Timeline {
  // `show(position, part)` is called with every change: so many moments have happened, and `part`
  // of the way to the next one has gone. `tell(playing)` when playing begins or ends.
  constructor({ show, tell }) {
    Object.assign(this, { show, tell });
    this.entries = [];
    this.position = 0;
    this.playing = false;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
  }

  // Take the moments of these views. Time stays where it was.
  gather(views) {
    const { length } = this.entries;
    const before = this.entries[this.position - 1];
    const all = this.position >= length;
    this.entries = views.flatMap((view, order) => (
      view.moments.map((moment, index) => ({ time: moment.time, view, order, index, moment }))
    ));
    this.entries.sort((a, b) => a.time - b.time || a.order - b.order || a.index - b.index);
    this.places = new Map(views.map((view) => [view, []]));
    this.entries.forEach(({ view }, at) => this.places.get(view).push(at));
    const passed = (entry) => entry.time <= (before?.time ?? -1);
    if (all) this.position = this.length;
    else if (this.length !== length) this.position = this.entries.filter(passed).length;
  }

  get length() {
    return this.entries.length;
  }

  // The moment that happened last; null at the beginning.
  get latest() {
    return this.entries[this.position - 1] ?? null;
  }

  // How many moments of `view` have happened.
  countOf(view, position = this.position) {
    const places = this.places.get(view);
    let [low, high] = [0, places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle] < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  go(position) {
    this.pause();
    this.set(position);
  }

  // Go to where `count` moments of `view` have happened.
  goTo(view, count) {
    this.go(count === 0 ? 0 : this.places.get(view)[count - 1] + 1);
  }

  set(position, part = 0) {
    this.position = Math.min(Math.max(position, 0), this.length);
    this.show(this.position, part);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  // From the beginning, if it is at its end.
  play() {
    if (!this.length) return;
    if (this.position >= this.length) this.set(0);
    this.playing = true;
    this.tell(true);
    const each = Math.min(PER_MOMENT, Math.max(FASTEST, WHOLE / this.length));
    const stride = Math.ceil((FASTEST * this.length) / WHOLE);
    let begin = null;
    const from = this.position;
    const frame = (now) => {
      if (!this.playing) return;
      begin ??= now;
      const gone = ((now - begin) / each) * stride;
      const whole = from + Math.floor(gone);
      if (whole >= this.length) {
        this.set(this.length);
        this.pause();
        return;
      }
      if (!this.still.matches) this.set(whole, gone % 1);
      else if (whole !== this.position) this.set(whole);
      this.frame = requestAnimationFrame(frame);
    };
    this.frame = requestAnimationFrame(frame);
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.tell(false);
  }
}
