// One record at a time. A decision moves on at once and is sent in the background; it is kept in the browser until the
// server has acknowledged it, and carries a token, so that sending it again never makes it twice.
import { outbox } from "./outbox.js";

const screen = document.querySelector("[data-screen]");
const { batch, decide, who, saysAround, saysAlone, saysFirst, saysLast, saysProgress } = screen.dataset;
const { offline } = document.getElementById("words").dataset;
const form = screen.querySelector("[data-decision]");
const records = screen.querySelector("[data-records]");
const queue = screen.querySelector("[data-queue]");
// So many wait in the page ahead of the one that is read: a lost connection is noticed late.
const enough = 20;
const kept = 60;

const articles = () => [...records.querySelectorAll(".record")];
const current = () => articles().find((article) => !article.hidden);
const waits = (article) => !article.dataset.said;
const open = () => articles().filter(waits);
const say = (text, is) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, is } }));

const box = outbox(screen.dataset, screen.querySelector("[data-unsent]"), { accepted, refused });
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
  return [...all.slice(at + 1), ...all.slice(0, at)].find(waits);
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
function remember() {
  try {
    sessionStorage.setItem(trail, JSON.stringify(session.slice(-2000)));
  } catch {
    // It holds for this page.
  }
}

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

function accepted({ done, live }) {
  screen.querySelector("[data-progress]").textContent = saysProgress
    .replace("{done}", done)
    .replace("{live}", live);
  const bar = screen.querySelector("[data-bar] .bar");
  bar.setAttribute("aria-valuemax", live);
  bar.setAttribute("aria-valuenow", done);
  bar.querySelector("rect").setAttribute("width", `${live ? Math.min(100, (100 * done) / live) : 0}%`);
  // A place is free again, and another record may take it.
  dry = false;
  fill();
}

let filling = false;
// Somebody wants to go on past the last record while more are on their way.
let skipping = false;
// The server had nothing more when it was asked last.
let dry = false;

function ahead() {
  const all = articles();
  return all.slice(all.indexOf(current()) + 1).filter(waits).length;
}

// Ask for more before they are needed. What was decided here but not sent yet still waits on the server: it is known.
async function fill() {
  if (filling || dry || ahead() >= enough) return;
  filling = true;
  try {
    const known = [...new Set([...articles().map((one) => one.dataset.item), ...unsent().map((one) => one.item)])];
    const query = new URLSearchParams({ known: known.join(","), limit: known.length + 20 });
    const response = await fetch(`${batch}?${query}`, { headers: { Accept: "application/json" } });
    dry = !response.ok || !response.headers.get("Content-Type")?.startsWith("application/json");
    if (dry) return;
    const { items } = await response.json();
    dry = !items.length;
    for (const one of items) add(one);
    if (!current()) show(open()[0]);
  } catch {
    // The next decision asks again.
    dry = true;
  } finally {
    filling = false;
  }
  if (skipping) {
    skipping = false;
    skip();
  } else fill();
}
// Records may have come while the page lay idle.
addEventListener("online", askAgain);
document.addEventListener("visibilitychange", () => document.hidden || askAgain());
function askAgain() {
  dry = false;
  fill();
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

// Forwards past what is not decided yet, and from the last one round to the first that was skipped.
function skip() {
  const all = articles();
  const next = all[all.indexOf(current()) + 1];
  const first = open().find((one) => one !== current());
  if (next) show(next);
  else if (filling) skipping = true;
  else if (first) {
    say(saysAround);
    show(first);
  } else say(saysAlone);
  fill();
}

function back() {
  const all = articles();
  const before = all[all.indexOf(current()) - 1];
  if (before) show(before);
  else say(saysFirst);
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
    const kept = unsent().findLast((one) => one.item === item);
    if (article && kept) {
      article.dataset.said = kept.choice;
      article.dataset.comment = kept.comment;
    }
  } catch {
    say(offline, "bad");
    session.push(item);
    remember();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.name === "choice") take(event.submitter.value);
});
// What is being written stays with its record, whatever is looked at in between.
form.elements.comment.addEventListener("input", ({ target }) => {
  if (current()) current().dataset.comment = target.value;
});
// Enter in the comment would press the first button: it only leaves the field.
form.elements.comment.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== "Escape") return;
  event.preventDefault();
  current()?.focus();
});
// Notes and labels open with the cursor where one goes on; Escape leads back to the record, and what was written stays.
records.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.open) target.querySelector("textarea, ul button, ul input")?.focus();
  },
  true,
);
records.addEventListener("keydown", (event) => {
  const opened = event.key === "Escape" && event.target.closest("details:not(.menu)");
  if (!opened) return;
  opened.open = false;
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
  ["skip", skip],
  ["back", back],
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

// Messages appear above the bar, however many rows it has.
new ResizeObserver(() => {
  document.getElementById("toasts").style.setProperty("--bar", `${form.offsetHeight}px`);
}).observe(form);

form.hidden = false;
for (const { item, choice, comment } of unsent()) {
  const article = articles().find((one) => one.dataset.item === item);
  if (article) Object.assign(article.dataset, { said: choice, comment });
  mark(item, true);
}
const asked = new URLSearchParams(location.search).has("item") ? articles()[0] : undefined;
show(asked ?? open()[0]);
send();
fill();
