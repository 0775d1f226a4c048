// Draws what a phone shows: bubbles, cards, choices, pictures and grey lines.

import { avatar, el, icon } from "./dom.js";
import { rich } from "./richtext.js";
import { language, t } from "./words.js";

const PAUSE = 5 * 60_000;
const LIMITS = { thing: 20, character_string: 32, phrase: 5, amount: 11, phone_number: 17, name: 10, short_thing: 10, number: 32, letter: 32 };
const ZONE = "Asia/Shanghai";
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ZONE });
const day = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", { month: "short", day: "numeric", timeZone: ZONE });

export function timeOf(at) {
  return clock.format(new Date(at));
}

// A time stamp between bubbles, as after every pause; on another day than `now` with its date.
export function stamp(at, before, now) {
  if (before && new Date(at) - new Date(before) < PAUSE) return null;
  const there = new Date(at);
  const words = day.format(there) === day.format(new Date(now)) ? clock.format(there) : `${day.format(there)} ${clock.format(there)}`;
  return el("li", { class: "stamp" }, el("time", { datetime: at }, words));
}

export function bubble(shown, person, acts) {
  const draw = { card, system, image: picture, menu: choices }[shown.kind];
  if (draw) return draw(shown, person, acts);
  return shown.title ? article(shown, person, acts) : words(shown, person, acts);
}

function row(shown, person, ...content) {
  const mine = shown.source === "person";
  const name = mine ? person.name : person.account;
  const face = mine ? avatar(name) : avatar([...name][0], 152);
  return el("li", { class: `row ${mine ? "mine" : "theirs"}` }, face, el("span", { class: "sr" }, `${name}：`), content);
}

function words(shown, person, acts) {
  const spoken = shown.text === "[语音]" || shown.text === "[voice]";
  const content = spoken ? [icon("voice"), ` ${t.voice_said}`] : rich(shown.text, acts);
  return row(shown, person, el("div", { class: `bubble${spoken ? " spoken" : ""}` }, content));
}

function system(shown) {
  return el("li", { class: "stamp system", role: "alert" }, el("span", {}, shown.text));
}

function picture(shown, person) {
  const held = el("div", { class: "bubble picture" }, icon("image"), el("span", {}, t.picture));
  const image = el("img", { src: `/sim/media?media_id=${encodeURIComponent(shown.media_id)}`, alt: t.picture, hidden: true });
  image.addEventListener("load", () => image.naturalWidth > 1 && held.replaceChildren(Object.assign(image, { hidden: false })));
  held.append(image);
  return row(shown, person, held);
}

function choices(shown, person, acts) {
  const options = shown.options.map(({ id, content }) =>
    el("button", { class: "option", type: "button", onclick: () => acts.choose(id, content) }, content));
  const tail = shown.title ? el("p", {}, rich(shown.title, acts)) : null;
  return row(shown, person, el("div", { class: "bubble choices" }, el("p", {}, rich(shown.text, acts)), options, tail));
}

function article(shown, person, acts) {
  const content = [el("b", {}, shown.title), el("span", {}, shown.text)];
  return row(shown, person, opener("bubble article", shown.url, acts, content));
}

function card(shown, _person, acts) {
  const lines = shown.fields.map((field) => {
    const kind = field.name.replace(/\d+$/, "");
    const most = LIMITS[kind];
    const limit = most ? `${t.card_field} ${field.name} · ${[...field.value].length}/${most}` : `${t.card_field} ${field.name}`;
    return el("div", { class: "line", title: limit }, el("dt", {}, field.label || field.name), el("dd", {}, field.value));
  });
  const body = [el("h3", {}, shown.title), el("time", { datetime: shown.at }, timeOf(shown.at)), el("dl", {}, lines)];
  const foot = shown.url ? el("span", { class: "foot" }, t.detail, icon("next")) : null;
  return el("li", { class: "row" }, opener("card", shown.url, acts, [...body, foot]));
}

function opener(look, url, acts, content) {
  if (!url) return el("article", { class: look }, content);
  const tap = (event) => {
    event.preventDefault();
    acts.open(url);
  };
  return el("a", { class: look, href: url, rel: "noreferrer", onclick: tap }, content);
}
