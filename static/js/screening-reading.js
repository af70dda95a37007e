// How the record reads: size, font and lines are kept with the person, marks are shown or not, and a swipe decides.
const screen = document.querySelector("[data-screen]");
const form = document.querySelector("[data-reading-form]");
const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

form.addEventListener("change", async () => {
  const values = new FormData(form);
  for (const name of ["font", "size", "width"]) screen.dataset[name] = values.get(name);
  try {
    await fetch(screen.dataset.reading, {
      method: "POST",
      body: new URLSearchParams(values),
      headers: { "X-CSRFToken": csrf() },
      keepalive: true,
    });
  } catch {
    // It holds for this page; the next change is sent with everything again.
  }
});

const marks = screen.querySelector("[data-marks-switch]");
marks.hidden = false;
marks.addEventListener("click", () => {
  const off = screen.dataset.marks === "off";
  screen.dataset.marks = off ? "on" : "off";
  marks.setAttribute("aria-pressed", String(!off));
});

// Right includes, left excludes; with reasons to choose from, left opens them. Nothing else on the way: a slow or
// slanting stroke scrolls, a stroke over selected text selects, and one from the edge is the browser's own. While the
// finger moves the record goes with it, and says what letting go would do.
const far = 90;
const quick = 900;
const edge = 24;
const column = screen.querySelector("[data-records]");
const hint = screen.querySelector("[data-swipe]");
const choice = (value) => screen.querySelector(`[name=choice][value="${value}"]`);
const still = matchMedia("(prefers-reduced-motion: reduce)");
let start;

function stroke(touch, at) {
  if (!start || !getSelection().isCollapsed || at - start.at > quick) return 0;
  const right = touch.clientX - start.x;
  return Math.abs(touch.clientY - start.y) * 2 > Math.abs(right) ? 0 : right;
}

function follow(right) {
  const article = column.querySelector(".record:not([hidden])");
  if (article && !still.matches) article.style.translate = right ? `${right / 2}px 0` : "";
  hint.hidden = Math.abs(right) < far;
  hint.dataset.v = right > 0 ? "include" : "exclude";
}

column.addEventListener(
  "touchstart",
  (event) => {
    const [touch] = event.touches;
    const held = event.touches.length > 1 || event.target.closest("input, textarea, details, a, button");
    const outside = touch.clientX < edge || touch.clientX > innerWidth - edge;
    start = held || outside ? undefined : { x: touch.clientX, y: touch.clientY, at: event.timeStamp };
  },
  { passive: true },
);
column.addEventListener(
  "touchmove",
  (event) => {
    if (start) follow(stroke(event.touches[0], event.timeStamp));
  },
  { passive: true },
);
column.addEventListener("touchcancel", () => {
  start = undefined;
  follow(0);
});
column.addEventListener("touchend", (event) => {
  const right = stroke(event.changedTouches[0], event.timeStamp);
  start = undefined;
  follow(0);
  if (Math.abs(right) < far) return;
  if (right > 0) choice("include")?.click();
  else if (choice("exclude")) choice("exclude").click();
  else document.getElementById("reasons")?.showPopover();
});
