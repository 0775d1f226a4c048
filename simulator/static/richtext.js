// Reads a message as WeChat does: `<a href>` of web pages and of quick replies, bare addresses, nothing else.

import { el } from "./dom.js";

const LINK = /<a\s+[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。、；！？）】]+)/gi;

export function parse(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    if (found.index > end) parts.push({ text: text.slice(end, found.index) });
    const href = (found[1] ?? found[2] ?? found[4]).replaceAll("&amp;", "&");
    parts.push(link(href, found[3] ?? found[4], found[0]));
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

function link(href, label, whole) {
  if (/^https?:\/\//i.test(href)) return { text: label, url: href };
  if (/^weixin:\/\/bizmsgmenu\?/i.test(href)) {
    const asked = new URLSearchParams(href.slice(href.indexOf("?") + 1));
    if (asked.get("msgmenucontent") && asked.has("msgmenuid")) {
      return { text: label, say: asked.get("msgmenucontent"), id: asked.get("msgmenuid") };
    }
  }
  return { text: whole };
}

// `acts.open(url)` and `acts.choose(id, words)` are what the links do.
export function rich(text, acts) {
  return parse(text).map((part) => {
    if (part.url) return tappable(part.text, part.url, () => acts.open(part.url));
    if (part.say) return tappable(part.text, undefined, () => acts.choose(part.id, part.say), part.say);
    return document.createTextNode(part.text);
  });
}

function tappable(words, url, act, title = url) {
  const tap = (event) => {
    event.preventDefault();
    act();
  };
  if (url) return el("a", { class: "tap", href: url, title, rel: "noreferrer", onclick: tap }, words);
  return el("button", { class: "tap", type: "button", title, onclick: tap }, words);
}
