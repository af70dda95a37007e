// Says of each .table-wrap whether its table fits. One that fits lets its head stick to the window (tables.css) and is
// no tab stop; one that does not is a box that the keyboard can scroll.
function measure(wrap) {
  const inner = wrap.firstElementChild;
  // The box counts too: a drawing has no scroll width of its own.
  const fits = !inner || Math.max(inner.scrollWidth, wrap.scrollWidth) <= wrap.clientWidth + 1;
  wrap.toggleAttribute("data-fits", fits);
  if (fits) wrap.removeAttribute("tabindex");
  else wrap.tabIndex = 0;
}

const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) measure(target.closest(".table-wrap"));
});

function watch(place) {
  for (const wrap of place.querySelectorAll?.(".table-wrap") ?? []) {
    watcher.observe(wrap);
    if (wrap.firstElementChild) watcher.observe(wrap.firstElementChild);
  }
}

watch(document);
document.addEventListener("htmx:load", (event) => watch(event.target.parentElement ?? document));
