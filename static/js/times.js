// Keeps "5 min ago" and "today, 09:42" true while the page stays open, by the rules of the tag `when`.
const words = document.getElementById("words").dataset;
const zone = document.documentElement.dataset.zone || undefined;
const day = new Intl.DateTimeFormat("sv", {
  timeZone: zone,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

function says(time, now) {
  const then = new Date(time.dateTime);
  const minutes = Math.floor((now - then) / 60000);
  if (minutes === 0) return words.justNow;
  if (minutes > 0 && minutes < 60) return words.minutes.replace("{n}", minutes);
  const today = day.format(now);
  const yesterday = day.format(new Date(now - 86400000));
  if (day.format(then) === today) return words.today.replace("{time}", time.dataset.clock);
  if (day.format(then) === yesterday) return words.yesterday.replace("{time}", time.dataset.clock);
  return time.dataset.day;
}

function refresh() {
  const now = new Date();
  for (const time of document.querySelectorAll("time[data-clock]")) {
    const text = says(time, now);
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(refresh, 30000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
