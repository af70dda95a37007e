// Records as a list: each row decides at once and is sent in the background, like the page of single records.
import { outbox } from "./outbox.js";

const page = document.querySelector("[data-screen]");
const row = (item) => page.querySelector(`.screen-row[data-item="${CSS.escape(item)}"]`);
const say = (text, is) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, is } }));

function show(one, said) {
  one.dataset.said = said;
  one.querySelector(".pair").dataset.is = said ? "a sealed" : "sealed";
  for (const button of one.querySelectorAll("[name=choice][aria-pressed]"))
    button.setAttribute("aria-pressed", String(button.value === said || said.startsWith(`${button.value}:`)));
}

const box = outbox(page.dataset, page.querySelector("[data-unsent]"), {
  accepted() {},
  refused({ item, title }, detail) {
    const one = row(item);
    if (one) show(one, "");
    say(`${title}: ${detail}`, "bad");
  },
});

page.addEventListener("submit", (event) => {
  const one = event.target.closest(".screen-row");
  if (!one || event.submitter?.name !== "choice") return;
  event.preventDefault();
  const title = one.querySelector(".source-title").textContent.trim().slice(0, 120);
  box.put({ item: one.dataset.item, choice: event.submitter.value, comment: one.dataset.comment, title });
  show(one, event.submitter.value);
  for (const menu of one.querySelectorAll("details.menu[open]")) menu.open = false;
  const next = one.nextElementSibling;
  if (next && one.matches(".is-current")) next.focus();
  box.send();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
for (const { item, choice } of box.unsent()) if (row(item)) show(row(item), choice);
box.send();
