// One phone: its frame, the chat, what its owner does, and the page it may have open.

import { bubble, stamp, timeOf } from "./bubbles.js";
import { Composer } from "./composer.js";
import { avatar, el, icon } from "./dom.js";
import { post } from "./net.js";
import { Window } from "./window.js";
import { t } from "./words.js";

export class Phone {
  constructor(who, number, table, kick) {
    Object.assign(this, { who, number, table, kick });
    this.person = { name: who.name, account: table.account };
    this.seen = 0;
    this.unread = 0;
    this.busy = 0;
    this.lastAt = "";
    this.pinned = true;
    this.build();
    this.watchScroll();
    this.window = new Window(this.screen, { number, openid: who.openid, account: table.account, table });
  }

  build() {
    const { name, role_words: role } = this.who;
    this.time = el("span", { class: "status-time" });
    this.title = el("span", { class: "chat-title", "aria-live": "polite" }, this.table.account);
    this.chat = el("ol", { class: "chat", tabindex: "0", "aria-live": "polite", "aria-label": `${name} · ${this.table.account}` });
    this.empty = el("li", { class: "empty" }, t.empty);
    this.chat.append(this.empty);
    this.composer = new Composer(this.acts(), this.who);
    this.door = this.makeDoor();
    const status = el("div", { class: "status", "aria-hidden": "true" }, this.time, el("span", { class: "island" }), el("span", { class: "battery" }));
    const bar = el("div", { class: "chat-bar" }, icon("back"), this.title, icon("more"));
    this.screen = el("div", { class: "screen" }, status, bar, this.chat, this.composer.node, this.door);
    const plate = el("div", { class: "plate" }, avatar(name), el("b", {}, name), el("span", {}, role));
    this.node = el("section", { class: "phone", id: `phone-${this.number}`, role: "tabpanel", "aria-label": `${name} ${role}` }, plate, el("div", { class: "frame" }, this.screen));
    this.node.addEventListener("focusin", () => this.onactive?.());
    this.node.addEventListener("pointerdown", () => this.onactive?.());
  }

  makeDoor() {
    const face = avatar([...this.table.account][0], 152);
    const follow = el("button", { class: "follow", type: "button", onclick: () => this.gesture("follow") }, t.follow);
    return el("div", { class: "door", hidden: true }, face, el("b", {}, this.table.account), el("small", {}, t.following), el("p", {}, t.follow_note), follow);
  }

  acts() {
    return {
      say: (text) => this.say(text),
      tap: (button) => this.tap(button),
      image: () => this.gesture("send_image"),
      sticker: () => this.gesture("send_unsupported"),
      voice: () => this.asked(t.voice_ask, (recognition) => this.gesture("send_voice", recognition ? { recognition } : {}), this.who.hints[0]),
      scan: () => this.asked(t.scan_ask, (code) => code && this.gesture("scan", { code })),
      mute: () => this.post("followers/change", { set: { muted: !this.muted } }).then(this.kick),
      unfollow: () => this.gesture("unfollow"),
      resized: () => this.scroll(),
    };
  }

  asked(question, act, given = "") {
    const said = window.prompt(question, given);
    if (said !== null) act(said.trim());
  }

  say(text) {
    const pending = bubble({ kind: "in", source: "person", text }, this.person, {});
    pending.classList.add("pending");
    pending.dataset.text = text;
    this.put(pending);
    this.scroll(true);
    this.gesture("say", { text }).then((fine) => fine || pending.classList.add("failed"));
  }

  async tap(button) {
    await this.gesture("tap", { key: button.key ?? button.url });
    if (button.type === "view") this.window.open(button.url);
  }

  choose(id, text) {
    return this.gesture("choose", { choice_id: id, text });
  }

  async gesture(name, wish = {}) {
    this.working(1);
    try {
      await this.post(name, wish);
      return true;
    } catch (error) {
      this.put(el("li", { class: "stamp system", role: "alert" }, el("span", {}, error.message)));
      this.scroll(true);
      return false;
    } finally {
      this.working(-1);
      this.kick();
    }
  }

  post(path, wish) {
    return post(path, { openid: this.who.openid, account: this.table.appid, ...wish });
  }

  working(step) {
    this.busy += step;
    this.title.textContent = this.busy || this.typing ? t.typing : this.table.account;
  }

  // Takes what the feed tells of this phone; says how many bubbles came that its owner did not make.
  show(told, now, menu) {
    this.time.textContent = timeOf(now);
    this.typing = told.typing;
    this.muted = told.muted;
    this.working(0);
    this.composer.menu.show(menu);
    this.composer.muted(told.muted);
    this.door.hidden = told.subscribed;
    this.composer.node.inert = !told.subscribed;
    if (told.anew) this.clear();
    const first = !this.loaded;
    this.loaded = true;
    this.seen = told.total;
    for (const shown of told.bubbles) this.add(shown, now);
    const heard = told.bubbles.filter((shown) => shown.source !== "person").length;
    if (told.bubbles.length) this.scroll(this.pinned || first, first);
    return first ? 0 : heard;
  }

  add(shown, now) {
    if (shown.source === "person") this.settle(shown.text);
    const mark = stamp(shown.at, this.lastAt, now);
    this.lastAt = shown.at;
    const links = { open: (url) => this.window.open(url), choose: (id, text) => this.choose(id, text) };
    if (mark) this.put(mark, true);
    this.put(bubble(shown, this.person, links), true);
  }

  // What was drawn at once gives way to what the platform says was sent.
  settle(text) {
    const pending = [...this.chat.querySelectorAll(".pending")].find((node) => node.dataset.text === text);
    pending?.remove();
  }

  put(node, settled = false) {
    this.empty.remove();
    const waiting = settled ? this.chat.querySelector(".pending:not(.failed)") : null;
    this.chat.insertBefore(node, waiting);
  }

  clear() {
    this.chat.replaceChildren(this.empty);
    this.lastAt = "";
  }

  // The chat follows what is new until its owner scrolls away from the end.
  watchScroll() {
    const look = () => setTimeout(() => { this.pinned = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 60; }, 120);
    for (const kind of ["wheel", "touchend", "keyup", "pointerup"]) this.chat.addEventListener(kind, look, { passive: true });
    new ResizeObserver(() => this.scroll(this.pinned, true)).observe(this.chat);
  }

  scroll(wanted = this.pinned, atOnce = false) {
    if (!wanted) return;
    this.pinned = true;
    this.chat.scrollTo({ top: this.chat.scrollHeight, behavior: atOnce ? "instant" : "smooth" });
  }
}
