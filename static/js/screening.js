// One record at a time. A decision moves on at once and is sent in the background; it is kept in the browser until the
// server has acknowledged it, and carries a token, so that sending it again never makes it twice.
import { outbox } from "./outbox.js";

const screen = document.querySelector("[data-screen]");
const { batch, decide, who, saysOffline, saysLast, saysProgress } = screen.dataset;
const form = screen.querySelector("[data-decision]");
const records = screen.querySelector("[data-records]");
const queue = screen.querySelector("[data-queue]");
const enough = 8;
const kept = 60;

const articles = () => [...records.querySelectorAll(".record")];
const current = () => articles().find((article) => !article.hidden);
const open = () => articles().filter((article) => !article.dataset.said);
const say = (text, is) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, is } }));

const box = outbox(screen.dataset, screen.querySelector("[data-unsent]"), { accepted: progress, refused });
const { unsent, send } = box;

function show(article) {
  for (const one of articles()) one.hidden = one !== article;
  screen.querySelector("[data-empty]").hidden = Boolean(article);
  for (const button of form.querySelectorAll("[name=choice]")) button.disabled = !article;
  for (const row of queue.querySelectorAll("[data-goes]")) {
    const here = article && row.dataset.goes === article.dataset.item;
    if (here) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    if (here) row.scrollIntoView({ block: "nearest" });
  }
  if (!article) return;
  form.elements.item.value = article.dataset.item;
  form.elements.comment.value = article.dataset.comment ?? "";
  press(article.dataset.said);
  scrollTo({ top: 0, behavior: "instant" });
  article.focus({ preventScroll: true });
}

function press(said) {
  for (const button of form.querySelectorAll("[name=choice]"))
    button.setAttribute("aria-pressed", String(Boolean(said) && button.value === said));
}

// The next one that waits, from here on and then from the start.
function following(article) {
  const all = articles();
  const at = all.indexOf(article);
  return [...all.slice(at + 1), ...all.slice(0, at)].find((one) => !one.dataset.said);
}

// What was decided in this session, the latest last; it outlives a reload of the tab.
const trail = `session:${who}:${decide}`;
const session = (() => {
  try {
    return JSON.parse(sessionStorage.getItem(trail)) ?? [];
  } catch {
    return [];
  }
})();
const remember = () => sessionStorage.setItem(trail, JSON.stringify(session.slice(-2000)));

function take(choice) {
  const article = current();
  if (!article) return;
  const comment = form.elements.comment.value.trim();
  box.put({ item: article.dataset.item, choice, comment, title: titleOf(article) });
  article.dataset.said = choice;
  article.dataset.comment = comment;
  session.push(article.dataset.item);
  remember();
  mark(article.dataset.item, true);
  document.getElementById("reasons")?.hidePopover?.();
  show(following(article));
  trim();
  send();
  fill();
}

const titleOf = (article) => article.querySelector("h1").textContent.trim().slice(0, 120);

function mark(item, done) {
  const row = queue.querySelector(`[data-goes="${CSS.escape(item)}"]`);
  if (!row) return;
  row.classList.toggle("done", done);
  row.querySelector(".pair").dataset.is = done ? "a sealed" : "sealed";
}

// The page does not grow for ever: the oldest decided records leave it; they are listed under Mine.
function trim() {
  const done = articles().filter((one) => one.dataset.said && one.hidden);
  for (const old of done.slice(0, Math.max(0, done.length - kept))) {
    queue.querySelector(`[data-goes="${CSS.escape(old.dataset.item)}"]`)?.closest("li").remove();
    old.remove();
  }
}

function refused({ item, title }, detail) {
  const article = articles().find((one) => one.dataset.item === item);
  if (article) article.dataset.said = "";
  mark(item, false);
  say(`${title}: ${detail}`, "bad");
}

function progress({ done, live }) {
  screen.querySelector("[data-progress]").textContent = saysProgress
    .replace("{done}", done)
    .replace("{live}", live);
  const bar = screen.querySelector("[data-bar] .bar");
  bar.setAttribute("aria-valuemax", live);
  bar.setAttribute("aria-valuenow", done);
  bar.querySelector("rect").setAttribute("width", `${live ? Math.min(100, (100 * done) / live) : 0}%`);
}

let filling = false;
let dry = Number(screen.dataset.more) === 0;

// Ask for more before they are needed. What was decided here but not sent yet still waits on the server: it is known.
async function fill() {
  if (filling || dry || open().length >= enough) return;
  filling = true;
  try {
    const known = [...new Set([...articles().map((one) => one.dataset.item), ...unsent().map((one) => one.item)])];
    const query = new URLSearchParams({ known: known.join(","), limit: known.length + 20 });
    const response = await fetch(`${batch}?${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok || !response.headers.get("Content-Type")?.startsWith("application/json")) return;
    const { items } = await response.json();
    dry = !items.length;
    for (const one of items) add(one);
    if (!current()) show(open()[0]);
  } catch {
    // The next decision asks again.
  } finally {
    filling = false;
  }
}

function add({ id, html, title }) {
  if (document.getElementById(`record-${id}`)) return;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const article = holder.content.querySelector(".record");
  article.hidden = true;
  records.append(article);
  globalThis.htmx?.process(article);
  const row = document.createElement("li");
  const link = document.createElement("a");
  link.className = "queue-row";
  link.href = `?item=${id}`;
  link.dataset.goes = id;
  const pair = document.createElement("span");
  pair.className = "pair";
  pair.dataset.is = "sealed";
  const words = document.createElement("span");
  words.className = "t";
  words.textContent = title;
  link.append(pair, words);
  row.append(link);
  queue.append(row);
}

function step(by) {
  const all = articles();
  const next = all[all.indexOf(current()) + by];
  if (next) show(next);
  fill();
}

// Back through the whole session. What has left the page is fetched again.
async function revise() {
  const item = session.pop();
  remember();
  if (!item) return say(saysLast);
  if (!document.getElementById(`record-${item}`)) await fetchOne(item);
  const article = document.getElementById(`record-${item}`);
  if (article) show(article);
}

async function fetchOne(item) {
  try {
    const response = await fetch(`${batch}?${new URLSearchParams({ item, limit: 1 })}`, {
      headers: { Accept: "application/json" },
    });
    const found = response.ok ? (await response.json()).items : [];
    for (const one of found.filter(({ id }) => String(id) === item)) add(one);
    mark(item, true);
    const article = document.getElementById(`record-${item}`);
    const waits = unsent().findLast((one) => one.item === item);
    if (article && waits) article.dataset.said = waits.choice;
  } catch {
    say(saysOffline, "bad");
    session.push(item);
    remember();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.name === "choice") take(event.submitter.value);
});
// Enter in the comment would press the first button: it only leaves the field.
form.elements.comment.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== "Escape") return;
  event.preventDefault();
  current()?.focus();
});
queue.addEventListener("click", (event) => {
  const row = event.target.closest("[data-goes]");
  const article = row && document.getElementById(`record-${row.dataset.goes}`);
  if (!article || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(article);
});
for (const [name, act] of [
  ["skip", () => step(1)],
  ["back", () => step(-1)],
  ["revise", revise],
]) {
  for (const button of screen.querySelectorAll(`[data-${name}]`)) {
    button.hidden = false;
    button.addEventListener("click", act);
  }
}
// A page that comes back from the browser's memory may show what was decided since.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

form.hidden = false;
for (const { item, choice } of unsent()) {
  const article = articles().find((one) => one.dataset.item === item);
  if (article) article.dataset.said = choice;
  mark(item, true);
}
const asked = new URLSearchParams(location.search).has("item") ? articles()[0] : undefined;
show(asked ?? open()[0]);
send();
fill();
