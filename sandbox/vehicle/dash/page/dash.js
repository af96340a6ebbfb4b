// Draws the head unit's screen from one document, each time it changes. Text goes in as text, never as markup.
const $ = (id) => document.getElementById(id);
const TONES = { calm: "", good: "On plan", warn: "Needs you" };
let chosenApp = null;
let drawn = "";

function part(template) {
  return $(template).content.firstElementChild.cloneNode(true);
}

function put(root, name, text) {
  const element = root.querySelector(`[data-${name}]`);
  element.textContent = text;
  return element;
}

function drawBar(state) {
  $("speed").textContent = state.speed;
  $("percent").textContent = state.percent;
  $("range").textContent = `${state.range_km} km`;
  const gauge = $("gauge");
  gauge.setAttribute("aria-valuenow", state.percent);
  gauge.dataset.level = state.percent < 20 ? "low" : "fine";
  gauge.dataset.charging = state.charging;
  $("gauge-fill").style.width = `${state.percent}%`;
  $("state").textContent = state.state;
  $("state-mark").dataset.state = state.state;
  $("moving").setAttribute("aria-pressed", state.moving);
  $("parked").setAttribute("aria-pressed", !state.moving);
  $("time").textContent = state.time;
  $("day").textContent = state.day;
  $("label").textContent = state.label;
  $("night").textContent = state.night;
  $("night").hidden = !state.night;
  $("car").textContent = [state.nickname, state.model].filter(Boolean).join(" · ");
}

function monogram(name) {
  return name.split(/\s+/).slice(0, 2).map((word) => word[0] ?? "").join("").toUpperCase();
}

function drawChart(figure, chart) {
  figure.hidden = false;
  const values = chart.values;
  const prices = values.map((bar) => bar[1]);
  const high = Math.max(0, ...prices), low = Math.min(0, ...prices), span = high - low || 1;
  const svg = figure.querySelector("svg");
  const width = 640 / values.length, y = (price) => ((high - price) / span) * 340;
  const shapes = values.map(([label, price, on], index) => {
    const bar = document.createElementNS(svg.namespaceURI, "rect");
    bar.setAttribute("class", on ? "chosen" : "other");
    bar.setAttribute("x", index * width + width * 0.1);
    bar.setAttribute("width", width * 0.8);
    bar.setAttribute("y", Math.min(y(price), y(0)));
    bar.setAttribute("height", Math.max(2, Math.abs(y(price) - y(0))));
    return bar;
  });
  const zero = document.createElementNS(svg.namespaceURI, "line");
  zero.setAttribute("class", "zero");
  for (const [name, value] of Object.entries({ x1: 0, x2: 640, y1: y(0), y2: y(0) })) zero.setAttribute(name, value);
  const chosen = values.filter((bar) => bar[2]).map((bar) => bar[0]);
  const words = `${Math.round(Math.min(...prices))} to ${Math.round(Math.max(...prices))} ${chart.unit}`;
  svg.setAttribute("aria-label", `${words}; chosen: ${chosen.join(", ") || "none"}`);
  svg.replaceChildren(...shapes, zero);
  put(figure, "caption", words);
  const hours = values.flatMap(([label], index) => (label.endsWith(":00") ? [[label, index]] : []));
  const step = Math.max(1, Math.ceil(hours.length / 6));
  figure.querySelector("[data-axis]").replaceChildren(...hours.filter((_, place) => place % step === 0).map(([label, index]) => {
    const tick = document.createElement("span");
    tick.textContent = label;
    tick.style.left = `${Math.min(89, (index / values.length) * 100)}%`;
    return tick;
  }));
}

function drawCard(card, moving) {
  const root = part("t-card");
  put(root, "monogram", monogram(card.name));
  put(root, "title", card.title);
  put(root, "tone", TONES[card.tone] ?? "").dataset.tone = card.tone;
  const progress = root.querySelector("[data-progress]");
  progress.hidden = card.progress === null;
  progress.setAttribute("aria-valuenow", card.progress ?? 0);
  progress.firstElementChild.style.width = `${card.progress ?? 0}%`;
  root.querySelector("[data-rows]").replaceChildren(...card.rows.map((row) => {
    const line = document.createElement("div");
    for (const [tag, text] of [["dt", row.label], ["dd", row.value]]) {
      line.appendChild(document.createElement(tag)).textContent = text;
    }
    return line;
  }));
  if (card.chart && !moving) {
    root.classList.add("charted");
    drawChart(root.querySelector("[data-chart]"), card.chart);
  }
  return root;
}

function rail(state) {
  if (state.cards.length < 2) return [];
  const nav = document.createElement("nav");
  nav.className = "rail";
  nav.append(...state.cards.map((card) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = monogram(card.name);
    button.setAttribute("aria-label", card.name);
    button.setAttribute("aria-pressed", card.app === chosenApp);
    button.addEventListener("click", () => { chosenApp = card.app; drawn = ""; draw(state); });
    return button;
  }));
  return [nav];
}

function content(state) {
  if (!state.paired && state.pairing_code) {
    const pairing = part("t-pairing");
    put(pairing, "code", state.pairing_code);
    return [pairing];
  }
  if (state.cards.length) {
    const card = state.cards.find((one) => one.app === chosenApp) ?? state.cards[0];
    chosenApp = card.app;
    return [...rail(state), drawCard(card, state.moving)];
  }
  const empty = part("t-empty");
  const waiting = state.apps.map((app) => app.name).join(", ");
  put(empty, "title", state.notice ? "No apps in this car" : waiting ? `${waiting} is installed` : state.paired ? "No apps yet" : "Not paired yet");
  put(empty, "text", state.notice || (waiting ? "Its screen appears as soon as it has something to say."
    : state.paired ? "Choose one in the store on your phone; it then appears here."
      : "Ask the car for a pairing code to connect it to you."));
  return [empty];
}

function draw(state) {
  drawBar(state);
  const picture = JSON.stringify([state.cards, state.apps, state.paired, state.pairing_code, state.moving, state.notice]);
  if (picture === drawn) return;
  drawn = picture;
  $("main").replaceChildren(...content(state));
}

function show(state, word) {
  $("live").dataset.state = state;
  $("live-text").textContent = word;
}

function take(text) {
  const state = JSON.parse(text);
  draw(state);
  show(state.connected ? "live" : "waiting", state.connected ? "Live" : "Reconnecting to the platform");
}

take($("first").textContent);
const events = new EventSource("/events");
events.addEventListener("state", (event) => take(event.data));
events.addEventListener("error", () => show("offline", "Reconnecting"));

for (const [id, moving] of [["parked", false], ["moving", true]]) {
  $(id).addEventListener("click", () => {
    fetch("/switch", { method: "POST", body: JSON.stringify({ moving }) }).catch(() => show("offline", "Reconnecting"));
  });
}
