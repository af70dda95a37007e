// Decisions that are kept in the browser until the server has acknowledged them. Each lies under a key of its own and
// carries a token: two tabs never overwrite each other's, and sending one again never makes it twice. One tab sends at a
// time, in the order of decisions.
const longest = 30_000;
const words = document.getElementById("words").dataset;
// What the browser would not keep (a full or forbidden storage) lives as long as the page does.
const memory = new Map();

const csrf = () => document.querySelector('meta[name="csrf-token"]').content;
const say = (text, is) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, is } }));

export const prefix = (who, decide = "") => `unsent:${who}:${decide}`;

export function token() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function keysUnder(start) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

let last = 0;
// Keys sort in the order in which they were made, those of another tab among them.
function fresh(start) {
  last = Math.max(last + 1, Date.now());
  return `${start}#${String(last).padStart(15, "0")}:${token()}`;
}

function read(key) {
  try {
    return JSON.parse(memory.get(key) ?? localStorage.getItem(key));
  } catch {
    return null;
  }
}

// place: the element that says how many are unsent. accepted(answer) and refused(decision, why) hear of the answers.
export function outbox({ who, decide }, place, { accepted, refused }) {
  const store = prefix(who, decide);
  let wait = 1000;
  let timer;
  let sending = false;
  let signedOut = false;

  const keys = () => [...keysUnder(`${store}#`), ...[...memory.keys()].filter((key) => key.startsWith(store))].sort();
  const unsent = () => keys().map(read).filter(Boolean);

  function put(decision) {
    const key = fresh(store);
    const text = JSON.stringify({ ...decision, token: token() });
    try {
      localStorage.setItem(key, text);
    } catch {
      if (!memory.size) say(words.unkept, "bad");
      memory.set(key, text);
    }
    show();
  }
  function drop(key) {
    if (!memory.delete(key)) localStorage.removeItem(key);
    show();
  }
  function show() {
    const count = keys().length;
    if (!place) return;
    place.hidden = !count;
    place.textContent = count ? words.saysUnsent.replace("{n}", count) : "";
  }

  async function send() {
    if (sending || !keys().length) return;
    sending = true;
    clearTimeout(timer);
    try {
      if (navigator.locks) await navigator.locks.request(store, flush);
      else await flush();
      if (wait > 1000) document.dispatchEvent(new CustomEvent("toast-over", { detail: words.deferred }));
      wait = 1000;
    } catch {
      if (wait === 1000) say(words.deferred, "bad");
      timer = setTimeout(send, wait);
      wait = Math.min(wait * 2, longest);
    } finally {
      sending = false;
      show();
    }
    // What came while the last answer was on its way.
    if (wait === 1000 && keys().length && !signedOut) send();
  }

  async function flush() {
    signedOut = false;
    for (let [key] = keys(); key; [key] = keys()) {
      const decision = read(key);
      const answer = decision && (await post(decision));
      if (decision && !answer) return;
      drop(key);
      if (answer?.detail) refused(decision, answer.detail);
      else if (answer) accepted(answer);
    }
  }

  async function post({ item, choice, comment, token }) {
    const body = new URLSearchParams({ item, choice, comment, token });
    const headers = { Accept: "application/json", "X-CSRFToken": csrf() };
    const response = await fetch(decide, {
      method: "POST",
      body,
      headers,
      signal: AbortSignal.timeout(20_000),
    });
    if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
    const known = response.headers.get("Content-Type")?.startsWith("application/json");
    if (known) return response.json();
    // Not our answer but the sign-in page: keep what is unsent until somebody has signed in again.
    signedOut = true;
    say(words.keptSignedOut, "bad");
    return null;
  }

  addEventListener("online", () => {
    wait = 1000;
    send();
  });
  addEventListener("storage", (event) => {
    if (event.key?.startsWith(store)) show();
  });
  addEventListener("beforeunload", (event) => {
    if (keys().length) event.preventDefault();
  });
  show();
  return { unsent, send, put };
}
