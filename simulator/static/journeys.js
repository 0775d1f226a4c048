// The strip below the phones: how far each message travelled, station by station, with times.

import { avatar, el } from "./dom.js";
import { get } from "./net.js";
import { t } from "./words.js";

const KEPT = 8;
const RECEIPTS = ["TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH"];
const SOON = 20_000;
const exact = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Shanghai" });

export class Journeys {
  constructor(table, list, head) {
    this.table = table;
    this.list = list;
    this.names = Object.fromEntries(table.phones.map((one) => [one.openid, one.name]));
    this.held = new Map();
    this.steps = new Map();
    this.tells = true;
    head.append(el("span", {}), ...t.stations.map((name) => el("span", {}, name)));
    this.draw();
  }

  hear(entries) {
    for (const entry of entries) this.note(entry);
    while (this.held.size > KEPT) this.held.delete(this.held.keys().next().value);
    if (!entries.length) return;
    this.draw();
    this.ask();
  }

  note(entry) {
    if (entry.kind === "push" && RECEIPTS.includes(entry.request.Event)) this.receipt(entry);
    else if (entry.kind === "push") this.letter(entry);
    else if (entry.kind === "api" && /(template|custom)\/send$/.test(entry.request.path)) this.sending(entry);
    else if (entry.kind === "carrier" && entry.request.path === "callback") this.parcel(entry);
  }

  begin(key, entry, who, words) {
    const made = { key, who, words, at: new Date(entry.at), posts: 0, sends: new Map(), answered: null };
    if (!this.held.has(key)) this.held.set(key, made);
    return this.held.get(key);
  }

  letter(entry) {
    const { request, outcome } = entry;
    const parts = [request.FromUserName, request.CreateTime, request.Event, request.EventKey];
    const key = request.MsgId ? `m:${request.FromUserName}:${request.MsgId}` : `e:${parts.join(":")}`;
    const words = request.Content ?? (request.Event ? `${t.event[request.Event] ?? request.Event} ${request.EventKey ?? ""}` : `[${request.MsgType}]`);
    const one = this.begin(key, entry, this.names[request.FromUserName] ?? "?", words);
    one.posts += 1;
    // The entry is written when the answer is there: it was received that much earlier.
    if (one.posts === 1) one.at = new Date(new Date(entry.at) - outcome.ms);
    if (outcome.reply) one.answered ??= { ms: new Date(entry.at) - one.at, silent: outcome.reply === "none" };
    else one.problem = outcome.problem ?? `HTTP ${outcome.status}`;
  }

  parcel(entry) {
    const one = this.begin(`c${entry.seq}`, entry, "📦", `${entry.request.waybill}`);
    one.posts = 1;
    one.at = new Date(new Date(entry.at) - entry.outcome.ms);
    if (entry.outcome.accepted) one.answered = { ms: entry.outcome.ms, silent: true };
    else one.problem = `HTTP ${entry.outcome.status}`;
  }

  // A notice belongs to the latest message that came shortly before it; without one it travels alone.
  sending(entry) {
    const { body } = entry.request;
    const mark = `${body.touser} ${body.client_msg_id ?? JSON.stringify(body)}`;
    const one = this.ownerOf(mark, entry);
    const sent = one.sends.get(mark) ?? { to: body.touser, tries: 0, id: String(body.client_msg_id ?? "").split("-")[0] };
    sent.tries += 1;
    if (entry.outcome.errcode === 0) Object.assign(sent, { msgid: entry.outcome.msgid, done: new Date(entry.at), received: body.msgtype !== undefined });
    else sent.code = entry.outcome.errcode ?? entry.outcome.fault;
    one.sends.set(mark, sent);
  }

  ownerOf(mark, entry) {
    const all = [...this.held.values()].reverse();
    const known = all.find((one) => one.sends.has(mark)) ?? all.find((one) => one.posts && new Date(entry.at) - one.at < SOON);
    return known ?? this.begin(`s${entry.seq}`, entry, "", t.notice);
  }

  receipt(entry) {
    for (const one of this.held.values()) {
      for (const sent of one.sends.values()) {
        if (String(sent.msgid) !== String(entry.request.MsgID)) continue;
        sent.received = entry.request.Status === "success";
        sent.code = sent.received ? undefined : entry.request.Status;
      }
    }
  }

  // The bot may tell its own steps; one that does not is not asked again.
  async ask() {
    if (!this.tells || this.asking) return;
    this.asking = true;
    const { trace } = await get("phones/trace").catch(() => ({ trace: undefined }));
    this.asking = false;
    if (trace === undefined) return;
    this.tells = trace !== null;
    for (const row of trace?.messages ?? []) this.steps.set(row.key, new Date(row.received_at));
    for (const row of trace?.deliveries ?? []) this.steps.set(`d:${row.id}`, new Date(row.created_at));
    if (this.tells) this.draw();
  }

  draw() {
    const rows = [...this.held.values()].reverse().map((one) => this.row(one));
    this.list.replaceChildren(...(rows.length ? rows : [el("li", { class: "quiet" }, t.no_travel)]));
  }

  row(one) {
    const stations = this.stations(one);
    const told = stations.map((station, index) => `${t.stations[index]} ${station.words || t.none}`).join("，");
    const who = el("span", { class: "journey-who" }, one.who && (this.names && one.who !== "📦") ? avatar(one.who) : el("span", { class: "avatar plain-face", "aria-hidden": "true" }, one.who || "🔔"), el("span", { class: "journey-words", title: one.words }, one.words));
    const stops = stations.map((station) => el("span", { class: `stop ${station.state}`, title: station.title }, el("i", {}), el("small", {}, station.words)));
    return el("li", { class: "journey", "aria-label": `${one.who} ${one.words}：${told}` }, who, stops);
  }

  stations(one) {
    const times = one.posts > 1 ? ` ×${one.posts}` : "";
    const received = one.posts ? { state: "done", words: exact.format(one.at) + times } : { state: "none", words: "" };
    return [received, this.stored(one), this.reply(one), this.queued(one), this.delivered(one)];
  }

  stored(one) {
    const at = this.steps.get(one.key);
    if (at) return { state: "done", words: `+${Math.max(0, at - one.at)} ms` };
    if (one.answered) return { state: "implied", words: "✓", title: t.stored_before };
    return { state: one.posts ? "waiting" : "none", words: "" };
  }

  reply(one) {
    if (one.answered) return { state: "done", words: `+${Math.round(one.answered.ms)} ms${one.answered.silent ? " ·" : ""}` };
    if (one.problem) return { state: "bad", words: "✗", title: one.problem };
    return { state: one.posts ? "waiting" : "none", words: "" };
  }

  queued(one) {
    if (!one.sends.size) return { state: "none", words: "" };
    const tries = [...one.sends.values()].reduce((sum, sent) => sum + sent.tries, 0);
    const since = [...one.sends.values()].map((sent) => this.steps.get(`d:${sent.id}`)).filter(Boolean);
    const late = since.length && one.posts ? ` +${Math.max(0, Math.min(...since) - one.at)} ms` : "";
    return { state: "done", words: tries > one.sends.size ? `${one.sends.size} (${tries}×)` : `${one.sends.size}${late}` };
  }

  delivered(one) {
    if (!one.sends.size) return { state: "none", words: "" };
    const sends = [...one.sends.values()];
    const through = sends.filter((sent) => sent.received).length;
    const code = sends.map((sent) => sent.code).find((known) => known !== undefined);
    const state = through === sends.length ? "done" : code !== undefined ? "bad" : "waiting";
    const last = Math.max(...sends.map((sent) => sent.done ?? 0));
    const words = `${through}/${sends.length}${code !== undefined && state === "bad" ? ` ${code}` : last && through ? ` +${last - one.at} ms` : ""}`;
    return { state, words, title: [sends.map((sent) => this.names[sent.to] ?? "?").join("、"), code].filter(Boolean).join(" · ") };
  }
}
