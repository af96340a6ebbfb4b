// Follows /live/<ticket>: says whether the page is live, writes new values into [data-signal], and lets htmx
// fetch the parts that carry data-live again.
const url = document.body.dataset.liveUrl;
const watched = new Set((document.querySelector("[data-watch]")?.dataset.watch || "").split(" "));
const PAUSE = 500;

function say(state) {
  for (const element of document.querySelectorAll(".live")) {
    element.dataset.state = state;
    element.textContent = element.dataset[state];
  }
}

function words(element, value) {
  if (typeof value === "boolean") return value ? element.dataset.yes : element.dataset.no;
  if (typeof value !== "number") return String(value);
  const scaled = value * Number(element.dataset.scale || 1);
  return scaled.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 0 });
}

// What a value means for the headline: switched on or off, moving or still.
const seen = new Map();

function isNews(path, value) {
  if (!watched.has(path)) return false;
  const shape = typeof value === "number" ? value > 0 : value;
  const changed = seen.has(path) && seen.get(path) !== shape;
  seen.set(path, shape);
  return changed || !document.querySelector(`[data-signal="${CSS.escape(path)}"]`);
}

function show(values) {
  for (const [path, { value }] of Object.entries(values)) {
    if (isNews(path, value)) refresh("signal");
    for (const element of document.querySelectorAll(`[data-signal="${CSS.escape(path)}"]`)) {
      element.textContent = words(element, value);
    }
  }
}

// Changes that come together are fetched together.
const waiting = new Map();

function refresh(kind) {
  for (const element of document.querySelectorAll(`[data-refresh~="${kind}"]`)) {
    if (waiting.has(element)) continue;
    waiting.set(element, setTimeout(() => {
      waiting.delete(element);
      element.dispatchEvent(new CustomEvent("refresh"));
    }, PAUSE));
  }
}

function follow() {
  const source = new EventSource(url);
  source.addEventListener("open", () => say("live"));
  source.addEventListener("error", () => say(source.readyState === EventSource.CLOSED ? "off" : "reconnecting"));
  source.addEventListener("signal", (event) => show(JSON.parse(event.data).values));
  for (const kind of ["card", "command", "consent"]) source.addEventListener(kind, () => refresh(kind));
  addEventListener("pagehide", () => source.close());
}

if (url) follow();
