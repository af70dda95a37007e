// Short messages. `document.dispatchEvent(new CustomEvent("toast", {detail: {text, undo, is}}))`, or the server's
// HX-Trigger header {"toast": {...}}. Done things leave after 8 s, unless someone is reading or reaching for Undo;
// what went wrong (is: "bad") stays until it is closed.
const words = document.getElementById("words").dataset;
const stay = 8000;

const csrf = () => document.querySelector('meta[name="csrf-token"]').content;
const picture = (id) => document.getElementById(id).content.cloneNode(true);

function leave(toast) {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  if (hadFocus) document.getElementById("main")?.focus({ preventScroll: true });
}

function start(toast) {
  if (toast.dataset.is === "bad") return;
  let timer;
  const run = () => (timer = setTimeout(() => leave(toast), stay));
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", run);
  toast.addEventListener("focusout", run);
  run();
}

function undoForm(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = csrf();
  const button = document.createElement("button");
  button.type = "submit";
  button.className = "btn sm";
  button.dataset.key = "z";
  const key = document.createElement("kbd");
  key.textContent = "Z";
  button.append(words.undo, key);
  form.append(token, button);
  return form;
}

export function say({ text, undo, is }) {
  const place = document.getElementById("toasts");
  for (const old of place.querySelectorAll("[data-toast]")) {
    // One done thing at a time; an error does not take the undo away, and is not said twice.
    const same = old.querySelector("span").textContent === text;
    if (same || (old.dataset.is !== "bad" && is !== "bad")) leave(old);
  }
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  if (is === "bad") {
    toast.dataset.is = "bad";
    toast.setAttribute("role", "alert");
    toast.append(picture("icon-alert"));
  }
  const line = document.createElement("span");
  line.textContent = text;
  toast.append(line);
  if (undo) toast.append(undoForm(undo));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn ghost close";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", words.close);
  close.append(picture("icon-x"));
  toast.append(close);
  place.append(toast);
  start(toast);
}

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-toast-close]");
  if (close) leave(close.closest("[data-toast]"));
});
document.addEventListener("toast", (event) => say(event.detail));
// What was said is no longer so.
document.addEventListener("toast-over", ({ detail }) => {
  for (const toast of document.querySelectorAll("#toasts [data-toast]"))
    if (toast.querySelector("span").textContent === detail) leave(toast);
});
document.querySelectorAll("#toasts [data-toast]").forEach(start);
