// Resolving by keyboard: choosing an answer leads to the reason, and what was written survives a lost page.
const form = document.querySelector("[data-resolve]");
if (form) {
  const why = form.elements.comment;
  const store = `resolving:${form.action}`;
  why.value ||= sessionStorage.getItem(store) ?? "";
  why.addEventListener("input", () => sessionStorage.setItem(store, why.value));
  form.addEventListener("submit", () => sessionStorage.removeItem(store));
  form.addEventListener("change", (event) => {
    if (event.target.name === "choice" && !why.value) why.focus();
  });
}

// The list: a row is settled in its place, and the next open one is at hand at once.
const list = document.querySelector("[data-conflicts]");

function choose(button) {
  const row = button.closest(".conflict");
  const radio = [...row.querySelectorAll("[data-settle] [name=choice]")].find(
    (one) => one.value === button.dataset.take,
  );
  if (!radio) return;
  radio.checked = true;
  row.querySelector("[data-settle] [name=comment]").focus();
}

function goOn(row) {
  if (!row.matches("[data-open]")) {
    // Z undoes what was done last.
    for (const old of list.querySelectorAll("[data-undo]")) {
      if (!row.contains(old)) delete old.dataset.key;
    }
    const rows = [...list.querySelectorAll(".conflict")];
    const later = rows.slice(rows.indexOf(row) + 1);
    const next = [...later, ...rows].find((one) => one.matches("[data-open]")) ?? row;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  } else row.focus({ preventScroll: true });
}

if (list) {
  list.addEventListener("click", (event) => {
    const take = event.target.closest("[data-take]");
    if (take) return choose(take);
    const row = event.target.closest(".conflict");
    if (row && !event.target.closest("a, button, input, textarea, select, summary, label")) row.focus();
  });
  // Leaving a key's choice for the reason; walking through the radios by arrow keys stays among them.
  list.addEventListener("keyup", (event) => {
    if (/^[1-9]$/.test(event.key) && event.target.matches("[data-settle] [name=choice]"))
      event.target.form.elements.comment.focus();
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const row = detail.elt?.id ? document.getElementById(detail.elt.id) : null;
    if (row?.matches(".conflict")) goOn(row);
  });
}
