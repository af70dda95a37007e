// <button data-opens="trace"> opens the drawer #trace without taking the focus; Escape or [data-closes] closes it and
// gives the focus back to the cell it came from.
const openers = (id) => document.querySelectorAll(`[data-opens="${CSS.escape(id)}"]`);

function open(opener) {
  const id = opener.dataset.opens;
  const drawer = document.getElementById(id);
  if (!drawer) return;
  for (const other of openers(id)) other.setAttribute("aria-expanded", other === opener);
  drawer.hidden = false;
}

function close(drawer) {
  const from = [...openers(drawer.id)].find((opener) => opener.ariaExpanded === "true");
  drawer.hidden = true;
  for (const opener of openers(drawer.id)) opener.setAttribute("aria-expanded", "false");
  from?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener);
  const closer = event.target.closest("[data-closes]");
  if (closer) close(document.getElementById(closer.dataset.closes) ?? closer.closest(".drawer"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (document.querySelector("dialog:modal, [popover]:popover-open")) return;
  const drawer = document.querySelector(".drawer:not([hidden])");
  if (drawer?.querySelector("[data-closes]")) close(drawer);
});
