// J and K walk through the items of <div data-steps=".diff" data-next="Next difference" data-back="Back">.
// The item walked to gets .is-current and the focus, and its own data-key buttons come first.
const typing = (element) =>
  element.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

function move(list, by) {
  const items = [...list.querySelectorAll(list.dataset.steps)].filter((item) => item.checkVisibility());
  if (!items.length) return;
  const at = items.findIndex((item) => item.contains(document.activeElement) || item.matches(".is-current"));
  const next = items[at < 0 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1)];
  mark(list, next);
  if (!next.matches("a, button, input, [tabindex]")) next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function mark(list, current) {
  for (const item of list.querySelectorAll(list.dataset.steps))
    item.classList.toggle("is-current", item === current);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || typing(event.target))
    return;
  if (localStorage.getItem("keys") === "off" || document.querySelector("dialog:modal")) return;
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  const list = by && document.querySelector("[data-steps]");
  if (!list || document.querySelector(`[data-key="${event.key.toLowerCase()}"]`)) return;
  event.preventDefault();
  move(list, by);
});
document.addEventListener("focusin", (event) => {
  const list = event.target.closest?.("[data-steps]");
  const item = list && event.target.closest(list.dataset.steps);
  if (item) mark(list, item);
});
