// Allowing needs a car: the button waits for one. (The server refuses an empty choice anyway.)
const form = document.querySelector("[data-consent]");
const allow = form?.querySelector("[data-consent-allow]");

function update() {
  allow.disabled = !form.querySelector("[name=vehicle]:checked");
}

if (allow) {
  form.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
}
