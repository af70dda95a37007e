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
// slanting stroke scrolls, and a stroke over selected text selects.
const far = 90;
const quick = 600;
const column = screen.querySelector("[data-records]");
const press = (value) => screen.querySelector(`[name=choice][value="${value}"]`)?.click();
let start;

column.addEventListener(
  "touchstart",
  (event) => {
    const [touch] = event.touches;
    const held = event.touches.length > 1 || event.target.closest("input, textarea, details, a, button");
    start = held ? undefined : { x: touch.clientX, y: touch.clientY, at: event.timeStamp };
  },
  { passive: true },
);
column.addEventListener("touchend", (event) => {
  if (!start || !getSelection().isCollapsed || event.timeStamp - start.at > quick) return;
  const [touch] = event.changedTouches;
  const right = touch.clientX - start.x;
  const down = Math.abs(touch.clientY - start.y);
  start = undefined;
  if (Math.abs(right) < far || down * 2 > Math.abs(right)) return;
  if (right > 0) return press("include");
  if (screen.querySelector('[name=choice][value="exclude"]')) return press("exclude");
  document.getElementById("reasons")?.showPopover();
});
