// Light, dark, or as the system: kept in a cookie, so that the server writes it into the page before the first paint.
const root = document.documentElement;
const order = ["auto", "light", "dark"];

const stored = () => /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1] ?? "auto";

function show(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.querySelector("span").textContent = button.dataset[theme];
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const theme = order[(order.indexOf(stored()) + 1) % order.length];
  const age = theme === "auto" ? 0 : 31536000;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax${secure}`;
  show(theme);
});

show(stored());
