// After an answer the next open question is the current one: it gets the focus, so that 1 to 5 answer it at once.
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.target.closest?.("[data-assessing]") ?? document.querySelector("[data-assessing]");
  if (!place || document.activeElement?.matches("textarea, input:not([type=radio], [type=checkbox]), select"))
    return;
  const next = place.querySelector("[data-question].is-current");
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
});
