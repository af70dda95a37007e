// Decisions that a closed page could not send any more: whatever page of Concord is opened next sends them.
import { keysUnder, outbox, prefix } from "./outbox.js";

const words = document.getElementById("words").dataset;
const say = (text, is) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, is } }));
const here = document.querySelector("[data-decide]")?.dataset.decide;
const every = words.who ? keysUnder(prefix(words.who)) : [];
const left = new Set(every.map((key) => key.slice(prefix(words.who).length).split("#")[0]));
left.delete(here);

let sent = 0;
for (const decide of left) {
  const box = outbox({ who: words.who, decide }, null, {
    accepted: () => say(words.sentLate.replace("{n}", ++sent)),
    refused: ({ title }, detail) => say(`${title}: ${detail}`, "bad"),
  });
  box.send();
}
