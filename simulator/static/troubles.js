// The buttons that make trouble, and the verdict of each trial.

import { el } from "./dom.js";
import { post } from "./net.js";
import { t } from "./words.js";

const GROUPS = {
  push: ["duplicate", "parallel", "reorder", "drop_reply"],
  api: ["slow", "reset", "-1", "45009", "token", "43004", "47003"],
  bot: ["kill", "day"],
  carrier: ["collected", "moving", "delivering", "signed", "problem"],
};
const MARKS = { running: "…", armed: "◷", good: "✓", held: "◔", bad: "✗", dropped: "–" };

export class Troubles {
  constructor(table, { buttons, verdicts }, phone) {
    this.list = verdicts;
    this.phone = phone;
    this.told = "";
    this.buttons = {};
    this.waybill = el("small", { class: "waybill" });
    for (const [group, names] of Object.entries(GROUPS)) {
      const made = names.map((name) => this.button(name));
      buttons.append(el("fieldset", { class: "group" }, el("legend", {}, t.groups[group]), el("div", { class: "group-buttons" }, made, group === "carrier" && this.waybill)));
    }
    this.never = new Set([!table.can.restart && "kill", !table.can.advance && "day"]);
    this.show([], "");
  }

  button(name) {
    const [words, note] = t.trial[name];
    this.buttons[name] = el("button", { class: "trouble-button", type: "button", title: note || null, onclick: () => this.start(name) }, words);
    return this.buttons[name];
  }

  async start(name) {
    const phone = this.phone();
    try {
      await post("phones/trial", { name, openid: phone.who.openid, text: phone.composer.input.value });
      phone.composer.input.value = "";
      phone.composer.typed();
      phone.kick();
    } catch (error) {
      this.list.prepend(el("li", { class: "verdict bad" }, el("b", {}, `✗ ${t.trial[name][0]}`), el("span", {}, t.error[error.message] ?? error.message)));
    }
  }

  show(trials, waybill) {
    const running = trials.some((trial) => trial.state === "running");
    this.waybill.textContent = waybill || t.no_waybill;
    for (const [name, button] of Object.entries(this.buttons)) {
      button.disabled = running || this.never.has(name) || (GROUPS.carrier.includes(name) && !waybill);
    }
    const told = JSON.stringify(trials);
    if (told === this.told) return;
    this.told = told;
    const drawn = [...trials].reverse().map(verdict);
    this.list.replaceChildren(...(drawn.length ? drawn : [el("li", { class: "quiet" }, t.no_verdicts)]));
  }
}

function verdict(trial) {
  const [name] = t.trial[trial.name];
  const words = trial.error ? (t.error[trial.error] ?? trial.error) : sentence(trial);
  const head = el("b", {}, el("i", { class: "seal", "aria-hidden": "true" }, MARKS[trial.state]), name, el("em", {}, t.state[trial.state]));
  return el("li", { class: `verdict ${trial.state}`, "data-trial": trial.name, "data-state": trial.state }, head, words && el("span", {}, words));
}

// What the numbers of a trial say, such as “3 次投递 → 1 种回复，内容一致 · 重复 0”.
export function sentence({ name, state, tally, bot }) {
  if (!tally || state === "armed" || state === "dropped") return "";
  const parts = [...found(name, tally)];
  if (tally.open || bot.waiting) parts.push(t.left(Math.max(tally.open, bot.waiting ?? 0)));
  if (bot.unsettled !== undefined) parts.push(t.unsettled(bot.unsettled));
  if (tally.lost) parts.push(t.missing(tally.lost));
  parts.push(t.doubled(tally.doubled + (bot.doubled ?? 0)));
  return parts.join(" · ");
}

function found(name, tally) {
  if (GROUPS.api.includes(name)) return notices(name, tally);
  if (name === "day") return [t.cards(tally.cards), t.through(tally.accepted, tally.sendings)];
  if (GROUPS.carrier.includes(name)) return [t.accepted, t.cards(tally.cards)];
  if (name === "reorder") return [t.each(tally.messages, tally.replies)];
  const answer = tally.replies ? t.same(tally.replies) : t.silent;
  const through = name === "kill" && tally.sendings > 0 && t.through(tally.accepted, tally.sendings);
  return [name === "kill" && t.after, `${t.posts(tally.posts)} → ${answer}`, through].filter(Boolean);
}

function notices(name, tally) {
  const final = ["43004", "47003"].includes(name);
  return [
    tally.struck && t.tries(tally.struck_tries),
    final && !tally.futile && t.once,
    tally.rerouted && t.rerouted(tally.rerouted),
    t.through(tally.accepted, tally.sendings - tally.rerouted),
    name === "45009" && t.tomorrow,
  ].filter(Boolean);
}
