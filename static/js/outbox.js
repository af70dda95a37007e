// Decisions that are kept in the browser until the server has acknowledged them. Each carries a token, so that sending it
// again never makes it twice; two tabs share one outbox, and one of them sends at a time, in the order of decisions.
const longest = 30_000;

const csrf = () => document.querySelector('meta[name="csrf-token"]').content;
const say = (text, is) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, is } }));

export function token() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// place: the element that says how many are unsent. accepted(answer) and refused(decision, why) hear of the answers.
export function outbox({ who, decide, saysUnsent, saysOffline, saysSignedOut }, place, { accepted, refused }) {
  const store = `unsent:${who}:${decide}`;
  let wait = 1000;
  let timer;
  let sending = false;

  // Another tab may write it too, so it is read anew each time.
  function unsent() {
    try {
      return JSON.parse(localStorage.getItem(store)) ?? [];
    } catch {
      return [];
    }
  }
  function keep(list) {
    localStorage.setItem(store, JSON.stringify(list));
    show();
  }
  function show() {
    const count = unsent().length;
    place.hidden = !count;
    place.textContent = count ? saysUnsent.replace("{n}", count) : "";
  }

  async function send() {
    if (sending || !unsent().length) return;
    sending = true;
    clearTimeout(timer);
    try {
      if (navigator.locks) await navigator.locks.request(store, flush);
      else await flush();
      wait = 1000;
    } catch {
      if (wait === 1000) say(saysOffline, "bad");
      timer = setTimeout(send, wait);
      wait = Math.min(wait * 2, longest);
    } finally {
      sending = false;
      show();
    }
  }

  async function flush() {
    for (let list = unsent(); list.length; list = unsent()) {
      const answer = await post(list[0]);
      if (answer === "later") return;
      keep(unsent().filter((one) => one.token !== list[0].token));
      if (answer.detail) refused(list[0], answer.detail);
      else accepted(answer);
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
    // Not our answer but the sign-in page: keep what is unsent until somebody has signed in again.
    if (!known) {
      say(saysSignedOut, "bad");
      return "later";
    }
    return response.json();
  }

  addEventListener("online", () => {
    wait = 1000;
    send();
  });
  addEventListener("storage", (event) => {
    if (event.key === store) show();
  });
  addEventListener("beforeunload", (event) => {
    if (unsent().length) event.preventDefault();
  });
  show();
  return {
    unsent,
    send,
    put(decision) {
      keep([...unsent(), { ...decision, token: token() }]);
    },
  };
}
