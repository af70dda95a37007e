// One question is the current one: 1 to 9 answer it, S opens its support. While an answer is on its way, what is pressed
// waits, so that a quick 1, 1, 4 never answers the same question thrice; and what is being typed outlives the swap.
const root = () => document.querySelector("[data-assessing]");
const within = (element) => element?.closest?.("[data-assessing]");
const typing = (element) =>
  element?.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=button])");
const waiting = [];
const running = new Set();
let settling = false;
let replaying = false;
let kept = null;

// What waits goes first. A page that is in its place already but not settled would not hear a key.
const busy = () => running.size > 0 || settling || waiting.length > 0;

function makeCurrent(question) {
  for (const one of root().querySelectorAll("[data-question]")) {
    const here = one === question;
    one.classList.toggle("is-current", here);
    for (const option of one.querySelectorAll("[data-answer]")) {
      if (here) option.dataset.key = option.dataset.answer;
      else delete option.dataset.key;
    }
    for (const support of one.querySelectorAll("[data-support]")) {
      if (here) support.dataset.key = "s";
      else delete support.dataset.key;
    }
  }
}

function keep(place) {
  const fields = [...place.querySelectorAll("textarea[id], input[id]:not([type=radio], [type=checkbox], [type=hidden])")];
  kept = {
    typed: new Map(fields.filter((one) => one.value !== one.defaultValue).map((one) => [one.id, one.value])),
    open: [...place.querySelectorAll("details[id][open]")].map((one) => one.id),
  };
}

function giveBack() {
  for (const id of kept?.open ?? []) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of kept?.typed ?? []) {
    const field = document.getElementById(id);
    if (!field || field.value === value) continue;
    const save = () => field.dispatchEvent(new Event("change", { bubbles: true }));
    field.value = value;
    if (field === document.activeElement) field.addEventListener("blur", save, { once: true });
  }
  kept = null;
}

function replay() {
  if (running.size || settling || !waiting.length) return;
  const one = waiting.shift();
  replaying = true;
  if (one.id) document.getElementById(one.id)?.click();
  else document.dispatchEvent(new KeyboardEvent("keydown", one));
  replaying = false;
  replay();
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (within(detail.elt)) running.add(detail.xhr);
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.shouldSwap || !detail.target?.matches?.("[data-assessing]")) return;
  settling = true;
  keep(detail.target);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!running.delete(detail.xhr)) return;
  if (detail.successful) {
    // In case nothing was put in place that could settle.
    setTimeout(() => {
      settling = false;
      replay();
    }, 1000);
    return;
  }
  // What was not kept must not look as if it were; what waits was meant for a page that did not come.
  waiting.length = 0;
  if (detail.elt?.matches?.("form") && detail.elt.querySelector("[data-answer]")) detail.elt.reset();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const place = root();
  if (!place || !detail.target?.matches?.("[data-assessing]")) return;
  settling = false;
  giveBack();
  const next = place.querySelector("[data-question].is-current");
  if (next && !typing(document.activeElement)) {
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  setTimeout(replay);
});

document.addEventListener("focusin", (event) => {
  const question = event.target.closest?.("[data-assessing] [data-question]");
  if (question && !question.matches(".is-current")) makeCurrent(question);
});
document.addEventListener(
  "keydown",
  (event) => {
    if (!busy() || replaying || event.altKey || typing(event.target)) return;
    const combined = event.ctrlKey || event.metaKey;
    if (combined ? event.key !== "Enter" : !/^([1-9]|ArrowLeft|ArrowRight)$/.test(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.push({ key: event.key, ctrlKey: combined });
  },
  true,
);
document.addEventListener(
  "click",
  (event) => {
    // A step to another domain waits as well: support that is left by that click is sent first, and its answer would
    // put this domain back in place.
    const clicked = event.target.closest?.("[data-assessing] :is([data-answer], a[hx-get])");
    if (!busy() || replaying || event.ctrlKey || event.metaKey || !clicked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.push({ id: clicked.id });
  },
  true,
);
// Support that was opened by key is for writing.
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.open && event.target.querySelector("summary") === document.activeElement)
      event.target.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  },
  true,
);
document.addEventListener("click", (event) => {
  if (event.target.matches?.("[data-assessing] summary")) event.target.focus();
});
