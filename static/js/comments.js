// Naming somebody in a comment: a button puts @Name where the cursor stands.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mention]");
  const field = button?.closest("form").querySelector("textarea");
  if (!field) return;
  const before = field.value.slice(0, field.selectionStart);
  const space = before && !/\s$/.test(before) ? " " : "";
  field.setRangeText(`${space}@${button.dataset.mention} `, field.selectionStart, field.selectionEnd, "end");
  field.focus();
});
