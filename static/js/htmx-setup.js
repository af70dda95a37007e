// What every htmx request carries, and what is said when one fails. The settings themselves are in the page's
// htmx-config: no eval, no injected styles, no history in local storage (it would outlive signing out).
const words = document.getElementById("words").dataset;
const say = (text, is) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, is } }));
const same = (path) => new URL(path, location.href).origin === location.origin;

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb === "get" || !same(detail.path)) return;
  detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

// A refusal is one line of plain text. Anything longer was not written for the person.
function reason(xhr) {
  const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  if (plain && xhr.responseText && xhr.responseText.length < 400) return xhr.responseText;
  if (xhr.status === 401) return words.signedOut;
  if (xhr.status === 403) return words.refused;
  if (xhr.status === 404 || xhr.status === 410) return words.gone;
  return words.failed;
}

document.addEventListener("htmx:responseError", ({ detail }) => say(reason(detail.xhr), "bad"));
document.addEventListener("htmx:sendError", () => say(words.offline, "bad"));
document.addEventListener("htmx:timeout", () => say(words.offline, "bad"));

let lost = false;
// Where decisions wait to be sent, that is what there is to say.
const gone = () => (document.querySelector("[data-unsent]") ? words.deferred : words.offline);
addEventListener("offline", () => {
  lost = true;
  say(gone(), "bad");
});
addEventListener("online", () => {
  if (!lost) return;
  lost = false;
  for (const text of [words.offline, words.deferred])
    document.dispatchEvent(new CustomEvent("toast-over", { detail: text }));
  say(words.online);
});
