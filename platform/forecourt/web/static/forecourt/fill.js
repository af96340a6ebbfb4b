// The demo's people: a press fills in the sign-in form.
document.addEventListener("click", (event) => {
  const person = event.target.closest("[data-fill-email]");
  if (!person) return;
  const form = document.querySelector("main form");
  form.elements.email.value = person.dataset.fillEmail;
  form.elements.password.value = person.dataset.fillPassword;
  form.querySelector("[type=submit]").focus();
});
