// The account's real menu at the foot of the chat: three buttons at most, each with up to five below it.

import { el } from "./dom.js";
import { t } from "./words.js";

export class Menu {
  // `tap(button)` is told of every button that does something.
  constructor(tap) {
    this.tap = tap;
    this.shown = "";
    this.node = el("div", { class: "menu" });
    document.addEventListener("click", (event) => this.node.contains(event.target) || this.fold());
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      const open = this.node.querySelector("[aria-expanded=true]");
      this.fold();
      open?.focus();
    });
  }

  show(buttons) {
    const told = JSON.stringify(buttons);
    if (told === this.shown) return;
    this.shown = told;
    const none = el("p", { class: "no-menu" }, t.no_menu);
    this.node.replaceChildren(...(buttons.length ? buttons.map((button) => this.top(button)) : [none]));
  }

  top(button) {
    const subs = button.sub_button ?? [];
    if (!subs.length) return el("div", { class: "menu-top" }, this.leaf(button, "menu-button"));
    const list = el("div", { class: "menu-subs", hidden: true }, subs.map((sub) => this.leaf(sub, "menu-sub")));
    const opener = el("button", { class: "menu-button has-subs", type: "button", "aria-expanded": "false" }, button.name);
    opener.addEventListener("click", () => {
      const opening = list.hidden;
      this.fold();
      list.hidden = !opening;
      opener.setAttribute("aria-expanded", String(opening));
    });
    return el("div", { class: "menu-top" }, list, opener);
  }

  leaf(button, look) {
    const act = () => {
      this.fold();
      this.tap(button);
    };
    return el("button", { class: look, type: "button", onclick: act }, button.name);
  }

  fold() {
    for (const list of this.node.querySelectorAll(".menu-subs")) list.hidden = true;
    for (const opener of this.node.querySelectorAll("[aria-expanded]")) opener.setAttribute("aria-expanded", "false");
  }
}
