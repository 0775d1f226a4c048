// Keeps the order page fresh: asks every 20 seconds for what changed, and only while somebody looks.
const PACE = 20_000;
const order = document.getElementById("order");
const fresh = document.getElementById("fresh");
let etag = `"${order.dataset.etag}"`;
let timer = 0;

async function look() {
  const abort = new AbortController();
  const limit = setTimeout(() => abort.abort(), 10_000);
  try {
    const answer = await fetch(order.dataset.live, {
      headers: { "If-None-Match": etag },
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: abort.signal,
    });
    if (answer.status === 200) show(await answer.text(), answer.headers.get("ETag"));
    if (answer.status === 404) location.reload();
  } catch {
    // Offline for a moment: the next look will tell.
  } finally {
    clearTimeout(limit);
  }
}

function show(fragment, tag) {
  const opened = [...order.querySelectorAll("details")].map((one) => one.open);
  // The fragment is our own page, escaped where it was printed.
  order.innerHTML = fragment;
  order.querySelectorAll("details").forEach((one, place) => (one.open = opened[place] ?? false));
  etag = tag ?? etag;
  fresh.hidden = false;
  setTimeout(() => (fresh.hidden = true), 4_000);
}

function keepLooking() {
  clearInterval(timer);
  if (document.hidden) return;
  timer = setInterval(look, PACE);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
  keepLooking();
});
addEventListener("pageshow", (event) => event.persisted && look());
keepLooking();
