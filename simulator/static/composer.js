// The foot of a phone: hints, the line to type in, the drawer of other things to send, and the menu.

import { el, icon } from "./dom.js";
import { Menu } from "./menu.js";
import { t } from "./words.js";

export class Composer {
  // `acts` are what the phone can do: say, image, voice, sticker, scan, unfollow, mute, tap.
  constructor(acts, { name, hints }) {
    this.acts = acts;
    this.menu = new Menu((button) => acts.tap(button));
    this.input = el("input", { class: "line-in", enterkeyhint: "send", autocomplete: "off", placeholder: t.type, "aria-label": `${name} · ${t.type}`, maxlength: "2000" });
    this.swap = el("button", { class: "round", type: "button", "aria-label": t.to_menu, onclick: () => this.turn() }, icon("list"));
    this.more = el("button", { class: "round", type: "button", "aria-label": t.more, "aria-expanded": "false", onclick: () => this.toggleDrawer() }, icon("plus"));
    this.send = el("button", { class: "send", type: "submit", hidden: true }, t.send);
    this.form = el("form", { class: "composer" }, this.input, this.send, this.more);
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.input.addEventListener("input", () => this.typed());
    this.drawer = this.makeDrawer();
    this.menu.node.hidden = true;
    this.hints = el("div", { class: "hints", role: "group", "aria-label": t.hints }, hints.map((hint) => this.hint(hint)));
    this.node = el("div", { class: "foot-of-phone" }, this.hints, el("div", { class: "foot-row" }, this.swap, this.form, this.menu.node), this.drawer);
  }

  hint(words) {
    const fill = () => {
      this.turn(false);
      this.input.value = words;
      this.typed();
      this.input.focus({ preventScroll: true });
    };
    return el("button", { class: "hint", type: "button", onclick: fill, title: words }, words);
  }

  submit(event) {
    event.preventDefault();
    const words = this.input.value.trim();
    if (!words) return;
    this.input.value = "";
    this.typed();
    this.acts.say(words);
  }

  typed() {
    const some = Boolean(this.input.value.trim());
    this.send.hidden = !some;
    this.more.hidden = some;
  }

  turn(toMenu = this.menu.node.hidden) {
    this.menu.node.hidden = !toMenu;
    this.form.hidden = toMenu;
    this.toggleDrawer(false);
    this.swap.setAttribute("aria-label", toMenu ? t.to_keyboard : t.to_menu);
    this.swap.replaceChildren(icon(toMenu ? "keyboard" : "list"));
  }

  toggleDrawer(open = this.drawer.hidden) {
    this.drawer.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
    this.acts.resized();
  }

  makeDrawer() {
    const { image, voice, sticker, scan, mute, unfollow } = this.acts;
    const tiles = [["image", image], ["mic", voice, "voice"], ["smile", sticker, "sticker"], ["scan", scan], ["mute", mute], ["leave", unfollow, "unfollow"]];
    this.tiles = Object.fromEntries(tiles.map(([look, act, word = look]) => [word, this.tile(look, word, act)]));
    return el("div", { class: "drawer", hidden: true }, Object.values(this.tiles));
  }

  tile(look, word, act) {
    const go = () => {
      this.toggleDrawer(false);
      act();
    };
    return el("button", { class: "tile", type: "button", onclick: go }, el("span", { class: "tile-face" }, icon(look)), el("span", { class: "tile-word" }, t[word]));
  }

  muted(now) {
    this.tiles.mute.querySelector(".tile-word").textContent = now ? t.unmute : t.mute;
    this.tiles.mute.classList.toggle("on", now);
  }
}
