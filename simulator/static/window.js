// The browser inside a phone: a page slides up over the chat and is closed again.

import { el, icon } from "./dom.js";
import { t } from "./words.js";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

// Whether `url` is a page of the bot's own site, which opens inside the phone.
export function isHome(url, site) {
  if (!site || !URL.canParse(url)) return false;
  const [page, home] = [new URL(url), new URL(site)];
  const sameHost = page.hostname === home.hostname || (LOOPBACK.includes(page.hostname) && LOOPBACK.includes(home.hostname));
  return sameHost && page.port === home.port && page.protocol === home.protocol;
}

export class Window {
  constructor(phone, { number, openid, account, table }) {
    Object.assign(this, { phone, number, openid, account, table });
    this.layer = null;
  }

  open(url) {
    if (!isHome(url, this.table.site)) {
      window.open(url, "_blank", "noopener,noreferrer");
      return;
    }
    this.close();
    this.before = document.activeElement;
    const frame = el("iframe", { title: `${this.account} · ${url}`, src: this.address(url), referrerpolicy: "no-referrer" });
    const shut = el("button", { class: "bar-button", type: "button", "aria-label": t.close, onclick: () => this.close() }, icon("close"));
    const again = el("button", { class: "bar-button", type: "button", "aria-label": t.again, onclick: () => { frame.src = this.address(url); } }, icon("again"));
    const title = el("span", { class: "window-title" }, this.account, el("small", {}, new URL(url).host));
    const bar = el("div", { class: "window-bar" }, shut, title, again);
    this.layer = el("div", { class: "window", role: "dialog", "aria-modal": "true", "aria-label": this.account }, bar, frame);
    this.layer.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.phone.append(this.layer);
    frame.addEventListener("load", () => this.layer?.classList.add("loaded"));
    shut.focus({ preventScroll: true });
  }

  close() {
    if (!this.layer) return;
    this.layer.remove();
    this.layer = null;
    this.before?.focus?.({ preventScroll: true });
  }

  // Each phone has a host name of its own, where it keeps its own cookies and is signed in as its owner.
  address(url) {
    const page = new URL(url);
    if (this.table.hosts) return `http://phone-${this.number}.localhost:${location.port || 80}${page.pathname}${page.search}${page.hash}`;
    return `/sim/browse?${new URLSearchParams({ openid: this.openid, url })}`;
  }
}
