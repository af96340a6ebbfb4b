// Follows /live/<ticket>: says whether the page is live, writes new values into [data-signal], and lets htmx
// fetch the parts that carry data-live again.
const host = document.querySelector("[data-live-url]");

function say(state) {
  for (const element of document.querySelectorAll(".live")) {
    element.dataset.state = state;
    element.textContent = element.dataset[state];
  }
}

function words(element, value) {
  if (value === true || value === "true") return element.dataset.yes || "✓";
  if (value === false || value === "false") return element.dataset.no || "–";
  const number = Number(value);
  if (value === null || value === "" || Number.isNaN(number)) return String(value ?? "–");
  const digits = Number(element.dataset.digits || 0);
  return number.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function points(data) {
  if (Array.isArray(data)) return data;
  if (Array.isArray(data.points)) return data.points;
  if (data.path) return [data];
  const latest = data.signals || data.values || data;
  return Object.entries(latest).map(([path, point]) => ({ path, value: point?.value ?? point }));
}

function show(data) {
  for (const { path, value } of points(data)) {
    for (const element of document.querySelectorAll(`[data-signal="${CSS.escape(path)}"]`)) {
      element.textContent = words(element, value);
    }
  }
}

function refresh(kind) {
  for (const element of document.querySelectorAll(`[data-live~="${kind}"]`)) {
    element.dispatchEvent(new CustomEvent("refresh"));
  }
}

function follow(url) {
  const source = new EventSource(url);
  source.addEventListener("open", () => say("live"));
  source.addEventListener("error", () => say(source.readyState === EventSource.CLOSED ? "off" : "reconnecting"));
  source.addEventListener("signal", (event) => show(JSON.parse(event.data)));
  for (const kind of ["card", "command", "consent"]) source.addEventListener(kind, () => refresh(kind));
  addEventListener("pagehide", () => source.close());
}

if (host) follow(host.dataset.liveUrl);
