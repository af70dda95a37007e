// Single-letter keys: <button data-key="i">. They act outside fields only, can be turned off, and `?` lists them from
// the page. data-key="ctrl+enter" acts inside fields as well. data-key-label says what a key does if its text does not.
const dialog = document.getElementById("keys");
const list = dialog.querySelector("[data-key-list]");
const toggle = dialog.querySelector("[data-key-switch]");
const shown = {
  enter: "↵",
  escape: "Esc",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  " ": "␣",
};

const on = () => localStorage.getItem("keys") !== "off";
const typing = (element) =>
  element.closest?.(
    "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button])",
  );

function name(event) {
  const plain = event.key.toLowerCase();
  return event.ctrlKey || event.metaKey ? `ctrl+${plain}` : plain;
}

// A button in a closed sheet of reasons still has its key; one that is hidden otherwise does not.
const reachable = (element) =>
  !element.matches(":disabled, [aria-disabled=true]") &&
  !element.closest("[inert]") &&
  (element.checkVisibility() || element.closest("[popover].reasons"));

function candidates(place) {
  return [...place.querySelectorAll("[data-key]")].filter(reachable);
}

// The open dialog, else the item being worked on, else the page.
function find(key) {
  const modal = document.querySelector("dialog:modal");
  const places = modal ? [modal] : [...document.querySelectorAll(".is-current"), document];
  for (const place of places) {
    const found = candidates(place).find((element) => element.dataset.key.toLowerCase() === key);
    if (found) return found;
  }
}

function act(element) {
  if (element.matches("input:not([type=radio], [type=checkbox]), textarea, select")) {
    element.focus();
    element.select?.();
  } else if (element.matches("input")) {
    element.focus();
    element.click();
  } else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing || event.repeat) return;
  const key = name(event);
  const combined = key.startsWith("ctrl+");
  if (!combined && (!on() || typing(event.target))) return;
  // Enter and space belong to whatever has the focus.
  if ((key === "enter" || key === " ") && event.target.closest("a, button, summary, input")) return;
  if (key === "?" && !document.querySelector("dialog:modal")) {
    event.preventDefault();
    open();
    return;
  }
  const found = find(key);
  if (!found) return;
  event.preventDefault();
  act(found);
});

function label(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  if (element.ariaLabel) return element.ariaLabel;
  if (element.labels?.length) return element.labels[0].textContent.trim();
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd, svg, .count, .sr").forEach((part) => part.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function row(key, text) {
  const item = document.createElement("li");
  const combo = document.createElement("span");
  combo.className = "combo";
  for (const part of key.toLowerCase().split("+")) {
    const cap = document.createElement("kbd");
    cap.textContent =
      shown[part] ?? (part.length === 1 ? part.toUpperCase() : part[0].toUpperCase() + part.slice(1));
    combo.append(cap);
  }
  const words = document.createElement("span");
  words.textContent = text;
  item.append(combo, words);
  return item;
}

function open() {
  const seen = new Map();
  for (const element of candidates(document)) {
    const key = element.dataset.key.toLowerCase();
    if (!seen.has(key)) seen.set(key, label(element));
  }
  for (const steps of document.querySelectorAll("[data-steps]")) {
    seen.set("j", seen.get("j") ?? steps.dataset.next).set("k", seen.get("k") ?? steps.dataset.back);
  }
  const rows = [...seen].filter(([, text]) => text).map(([key, text]) => row(key, text));
  list.replaceChildren(...rows, row("?", list.dataset.all));
  if (!rows.length) {
    const none = document.createElement("li");
    none.textContent = list.dataset.none;
    list.prepend(none);
  }
  toggle.checked = on();
  dialog.showModal();
}

toggle.addEventListener("change", () => {
  if (toggle.checked) localStorage.removeItem("keys");
  else localStorage.setItem("keys", "off");
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-open]")) open();
});
