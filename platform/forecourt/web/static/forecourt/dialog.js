// Opens a dialog; where its form asks for a name, the button waits until the name is typed.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog").close();
});

document.addEventListener("input", (event) => {
  const wanted = event.target.dataset.typeToConfirm;
  if (wanted === undefined) return;
  event.target.form.querySelector("[type=submit]").disabled = event.target.value.trim() !== wanted;
});

// Menus close when the press goes elsewhere, or on Escape.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(null); });
