// Lays the phones on the table and keeps them, the journeys and the verdicts up to date.

import { avatar, el, icon, paint } from "./dom.js";
import { Journeys } from "./journeys.js";
import { Feed, findsPhones, get } from "./net.js";
import { Phone } from "./phone.js";
import { Troubles } from "./troubles.js";
import { language, switchLanguage, t, translatePage } from "./words.js";

const at = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", {
  month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai",
});

function dress() {
  translatePage();
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
  at("language").append(t.language);
  at("language").setAttribute("aria-label", t.language_label);
  at("language").addEventListener("click", switchLanguage);
  at("theme").append(icon("moon"));
  at("theme").setAttribute("aria-label", t.theme_label);
  at("theme").addEventListener("click", turnTheme);
  at("clock").setAttribute("aria-label", t.clock);
}

function turnTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
}

class Tabs {
  constructor(phones) {
    this.phones = phones;
    this.buttons = phones.map((phone) => this.button(phone));
    at("tabs").append(...this.buttons);
    at("tabs").addEventListener("keydown", (event) => this.arrow(event));
    this.choose(0);
  }

  button(phone) {
    const badge = el("span", { class: "badge", hidden: true });
    const act = () => this.choose(phone.number - 1);
    return el("button", { class: "tab", type: "button", role: "tab", "aria-controls": `phone-${phone.number}`, onclick: act }, avatar(phone.who.name), el("span", {}, phone.who.name), badge);
  }

  choose(chosen) {
    this.chosen = chosen;
    this.phones.forEach((phone, index) => {
      phone.node.classList.toggle("chosen", index === chosen);
      this.buttons[index].setAttribute("aria-selected", String(index === chosen));
      this.buttons[index].tabIndex = index === chosen ? 0 : -1;
    });
    this.news(chosen, -Infinity);
    this.phones[chosen].scroll(true, true);
  }

  arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    this.choose((this.chosen + step + this.phones.length) % this.phones.length);
    this.buttons[this.chosen].focus();
  }

  // Counts bubbles that came to a phone nobody looks at.
  news(index, count) {
    const phone = this.phones[index];
    const looked = index === this.chosen;
    phone.unread = looked ? 0 : Math.max(0, phone.unread + count);
    const badge = this.buttons[index].querySelector(".badge");
    badge.textContent = phone.unread;
    badge.hidden = !phone.unread;
    badge.setAttribute("aria-label", `${phone.unread} ${t.unread}`);
  }
}

function flash(phone) {
  phone.node.classList.remove("rang");
  requestAnimationFrame(() => phone.node.classList.add("rang"));
}

async function begin() {
  dress();
  const [table, hosts] = await Promise.all([get("phones"), findsPhones()]);
  table.hosts = hosts;
  paint(table.phones.map((one) => one.name));
  document.title = `${table.account} · ${document.title}`;
  const phones = table.phones.map((who, index) => new Phone(who, index + 1, table, () => feed.kick()));
  at("phones").style.setProperty("--count", phones.length);
  at("phones").append(...phones.map((phone) => phone.node));
  const tabs = new Tabs(phones);
  phones.forEach((phone, index) => { phone.onactive = () => tabs.chosen === index || tabs.choose(index); });
  const journeys = new Journeys(table, at("journeys"), at("stations"));
  const troubles = new Troubles(table, { buttons: at("troubles"), verdicts: at("verdicts") }, () => phones[tabs.chosen]);
  const feed = new Feed({
    seen: () => phones.map((phone) => phone.seen).join(","),
    heard: (news) => {
      at("clock").textContent = clock.format(new Date(news.now));
      news.phones.forEach((told, index) => {
        const count = phones[index].show(told, news.now, news.menu);
        if (count) {
          tabs.news(index, count);
          flash(phones[index]);
        }
      });
      journeys.hear(news.entries);
      troubles.show(news.trials, news.waybill);
    },
    link: (fine) => {
      at("link").textContent = fine ? "" : t.lost;
      document.body.classList.toggle("cut-off", !fine);
    },
  });
  feed.run();
}

begin();
