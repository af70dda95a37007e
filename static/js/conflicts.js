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
