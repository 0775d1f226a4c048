// Speaks to the simulator: gestures are posted, what happens is waited for.

async function answer(response) {
  if (response.ok) return response.json();
  const told = await response.json().catch(() => ({}));
  throw new Error(told.error ?? `HTTP ${response.status}`);
}

export async function get(path, signal) {
  return answer(await fetch(`/sim/${path}`, { signal, cache: "no-store" }));
}

export async function post(path, wish = {}) {
  const body = JSON.stringify(wish);
  return answer(await fetch(`/sim/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body }));
}

const rest = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks again and again for what is new; `kick` makes it ask at once.
export class Feed {
  constructor({ seen, heard, link }) {
    this.seen = seen;
    this.heard = heard;
    this.link = link;
    this.since = 0;
    this.wait = 0;
    this.stop = new AbortController();
  }

  kick() {
    this.wait = 0;
    this.stop.abort();
  }

  async run() {
    for (;;) {
      this.stop = new AbortController();
      try {
        const path = `phones/feed?since=${this.since}&wait=${this.wait}&seen=${this.seen()}`;
        const news = await get(path, this.stop.signal);
        // A simulator that was started anew counts from one again.
        this.since = news.last;
        this.wait = news.last === 0 ? 2 : 20;
        this.heard(news);
        this.link(true);
      } catch (error) {
        if (error.name === "AbortError") continue;
        console.error(error);
        this.link(false);
        this.wait = 0;
        await rest(1000);
      }
    }
  }
}

// Whether this browser finds the phones' own host names; without them pages open under one shared cookie jar.
export async function findsPhones() {
  try {
    const stop = AbortSignal.timeout(2500);
    await fetch(`http://phone-1.localhost:${location.port || 80}/.phone`, { mode: "no-cors", signal: stop });
    return true;
  } catch {
    return false;
  }
}
