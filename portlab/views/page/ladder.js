// The ladder widget: one or two ladders, one time line, whatever is chosen, what can be kept.

import { chosenView } from "./chosen.js";
import { choiceOf, keysHint, playerView } from "./controls.js";
import { button, fill, focusable, html } from "./dom.js";
import { GroupView, standOpen } from "./group.js";
import { insidesWanted, wantInsides } from "./insides.js";
import { keepingView } from "./keeping.js";
import { groupsOf, readScene } from "./scene.js";
import { askPython } from "./talk.js";
import { Timeline } from "./timeline.js";
import { beginningInWords, momentInWords } from "./wording.js";

const SLOW = "Python has not answered yet. It may be busy with another cell, or it has ended: "
  + "the circle at the top right of the notebook tells.";

class LadderView {
  constructor(model, signal) {
    this.model = model;
    this.signal = signal;
    this.sincePrevious = false;
    this.showsInsides = insidesWanted();
    this.groups = [];
    this.ask = askPython(model, signal, {
      slow: () => this.fail(SLOW),
      answered: () => this.fail(""),
    });
    this.timeline = new Timeline({
      show: (position, part) => this.showMoment(part),
      tell: (playing) => this.showPlaying(playing),
    });
    this.build();
    this.resizing = new ResizeObserver(() => this.arrange());
    this.resizing.observe(this.body);
    signal.addEventListener("abort", () => {
      this.resizing.disconnect();
      for (const group of this.groups) group.end();
      this.timeline.pause();
    });
  }

  build() {
    this.player = playerView(this.timeline);
    this.numbers = choiceOf("Numbers", ["relative", "raw"], 0, (at) => this.change({ do: "numbers", relative: at === 0 }));
    this.times = choiceOf("Times", ["from the start", "since the previous"], 0, (at) => {
      this.sincePrevious = at === 1;
      this.width = null;
      this.arrange();
    });
    this.insides = button("", () => this.turnInsides());
    this.nameInsides();
    this.title = html("h3", { class: "portlab-title" });
    this.now = html("p", { class: "portlab-now", "aria-live": "polite" });
    this.spoken = html("p", { class: "portlab-spoken", role: "status" });
    this.problem = html("p", { class: "portlab-problem", role: "alert", hidden: true });
    this.differences = html("section", { class: "portlab-differences", "aria-label": "Differences", hidden: true });
    this.body = html("div", { class: "portlab-groups" });
    this.after = html("div", { class: "portlab-after" });
    this.chosen = chosenView({
      ask: this.ask,
      fault: (ladder, kind, number, seconds = 0) => this.change({ do: "fault", ladder, kind, number, seconds }),
      leave: () => this.leave(),
      say: (text) => this.say(text),
    });
    this.node = html("div", { class: "portlab portlab-ladder", role: "region", "aria-label": "Ladder" },
      html("div", { class: "portlab-top" }, this.title,
        html("div", { class: "portlab-options" }, this.numbers.node, this.times.node, this.insides, keysHint())),
      this.player.node, this.now, this.problem, this.spoken, this.differences, this.body, this.after);
  }

  // ---- the scene ------------------------------------------------------------------------------

  async take(view) {
    this.reading = view;
    const scene = await readScene(view);
    if (this.reading !== view || this.signal.aborted) return;
    const before = this.scene;
    this.scene = scene;
    this.numbers.press(scene.relative ? 0 : 1);
    this.chosen.hide();
    this.drawAround();
    const open = this.groups.map((group) => group.open);
    const groups = groupsOf(scene);
    const same = before && before.ladders.length === scene.ladders.length;
    const all = standOpen(scene, groups);
    for (const group of this.groups) group.end();
    this.groups = groups.map((places, at) => new GroupView(scene, places, {
      number: groups.length > 1 ? at + 1 : null,
      open: same ? Boolean(open[at]) : all || at === 0,
      insides: this.showsInsides,
      states: this.model.get("states"),
      on: {
        choose: (...what) => this.choose(...what),
        leave: () => this.leave(),
        step: (by) => this.timeline.go(this.timeline.position + by),
        play: () => this.timeline.toggle(),
        reveal: (one, count) => this.timeline.goTo(one, count),
        toggle: () => this.gather(),
      },
    }));
    fill(this.body, this.groups.map((group) => group.node));
    if (!same) this.timeline.position = Infinity;
    this.width = null;
    this.gather();
    if (before && !same) this.moveFocus();
  }

  drawAround() {
    const { ladders, differences, can } = this.scene;
    const titles = [...new Set(ladders.map(nameOfLadder).filter(Boolean))];
    fill(this.title, titles.join(" beside "));
    this.node.setAttribute("aria-label", ["Ladder", ...titles].join(", "));
    this.numbers.node.hidden = !ladders.some(hasNumbers);
    this.differences.hidden = !differences;
    fill(this.differences,
      differences && html("ul", {}, differences.summary.map((line, at) => (
        html("li", { class: at ? null : "portlab-first" }, line.startsWith("Marked") ? `≠ ${line}` : line)
      ))),
      can.undo && button("Undo the fault", () => this.change({ do: "undo" })));
    this.differences.setAttribute("tabindex", "-1");
    focusable(this.differences);
    const notes = [...new Set(ladders.flatMap((ladder) => ladder.notes))];
    fill(this.after,
      notes.length ? html("ul", { class: "portlab-notes portlab-faint" }, notes.map((note) => html("li", {}, note))) : null,
      keepingView(this.scene, { ask: this.ask, say: (text) => this.say(text), fail: (text) => this.fail(text) }));
  }

  turnInsides() {
    this.showsInsides = !this.showsInsides;
    wantInsides(this.showsInsides);
    this.nameInsides();
    for (const group of this.groups) group.showInsides(this.showsInsides);
    this.width = null;
    this.arrange();
  }

  nameInsides() {
    fill(this.insides, `${this.showsInsides ? "Hide" : "Show"} the insides`);
  }

  // What had the focus is gone: it goes to what is new.
  moveFocus() {
    const lost = !this.node.contains(document.activeElement);
    if (!lost || !this.acted) return;
    if (this.differences.hidden) this.groups[0]?.views[0]?.scroll.focus();
    else this.differences.focus();
  }

  gather() {
    for (const group of this.groups) group.begin();
    this.insides.hidden = this.groups.every((group) => group.flat);
    const views = this.openViews();
    this.timeline.gather(views);
    this.width = null;
    this.arrange();
  }

  openViews() {
    return this.groups.filter((group) => group.open).flatMap((group) => group.views);
  }

  arrange() {
    const width = this.body.clientWidth;
    if (!width || !this.scene) return;
    if (width === this.width) {
      for (const view of this.openViews()) view.redraw(); // a higher window shows more of it
      return;
    }
    this.width = width;
    for (const group of this.groups) {
      if (group.open) group.arrange({ sincePrevious: this.sincePrevious });
    }
    this.showMoment(0, { going: false });
  }

  // ---- time -----------------------------------------------------------------------------------

  // `going`: somebody went there, and wants to see it.
  showMoment(part, { going = true } = {}) {
    const { latest, position, length } = this.timeline;
    this.flow(part, going);
    if (part && this.said === position) return;
    this.said = position;
    this.player.show();
    fill(this.now, this.wordsFor(latest, position, length));
    const time = latest ? latest.time : -1;
    for (const group of this.groups) if (group.open) group.show(position === length ? Infinity : time);
  }

  // Put every cursor where it stands; `part` of the way to the next moment.
  flow(part, going) {
    const { position, entries } = this.timeline;
    const next = entries[position];
    const over = going && !next;
    for (const view of this.openViews()) {
      const count = this.timeline.countOf(view);
      let y = view.drawing.heightAt(count);
      if (part && next?.view === view && y !== null) y += part * (next.moment.y - y);
      view.moveTo(count, y);
      if (over) view.follow(view.drawing.placing.height);
      else if (this.timeline.latest?.view === view || next?.view === view) view.follow();
    }
  }

  wordsFor(latest, position, length) {
    if (!length) return "Nothing happened.";
    if (!latest) return beginningInWords(this.openViews()[0].conversation);
    const { view, moment } = latest;
    const where = this.scene.ladders.length > 1 ? `${view.name.startsWith("the second") ? "Second" : "First"}: ` : "";
    const end = position === length ? " That is the last moment." : "";
    return `${where}${momentInWords(moment, view.conversation.lanes)}${end}`;
  }

  showPlaying(playing) {
    this.player.playing(playing);
    this.now.setAttribute("aria-live", playing ? "off" : "polite");
  }

  // ---- what the learner does ------------------------------------------------------------------

  choose(group, view, row, ladder) {
    this.timeline.pause();
    for (const other of this.openViews()) if (other !== view) other.unchoose();
    group.hold(this.chosen.card, this.chosen.header);
    const { can } = this.scene;
    this.chosen.show(row, view.conversation.lanes, ladder, can.fault ? null : can.why);
    this.chosenIn = view;
  }

  leave() {
    if (!this.chosen.open) return;
    this.chosen.hide();
    this.chosenIn.unchoose();
    this.chosenIn.scroll.focus({ preventScroll: true });
  }

  async change(question) {
    this.timeline.pause();
    this.node.setAttribute("aria-busy", "true");
    this.acted = true;
    try {
      const { content } = await this.ask(question);
      await this.taking; // the new scene comes before the answer, and is drawn before it is told
      this.say(content.says ?? "");
    } catch (problem) {
      this.fail(problem.message);
      this.numbers.press(this.scene.relative ? 0 : 1);
    }
    this.node.removeAttribute("aria-busy");
  }

  say(text) {
    this.fail("");
    fill(this.spoken, text);
  }

  fail(text) {
    fill(this.problem, text);
    this.problem.hidden = !text;
  }
}

function nameOfLadder({ title, faults }) {
  return [title, ...faults].filter(Boolean).join(", ");
}

function hasNumbers({ conversations }) {
  return conversations.some(({ rows }) => rows.some((row) => !row.mark && row.pieces.some((text) => text.startsWith("seq="))));
}

function renderLadder({ model, el }) {
  const ending = new AbortController();
  const view = new LadderView(model, ending.signal);
  el.append(view.node);
  const take = () => { view.taking = view.take(model.get("scene")); };
  model.on("change:scene", take);
  take();
  return () => {
    model.off("change:scene", take);
    ending.abort();
    view.node.remove();
  };
}

export default { render: renderLadder };
