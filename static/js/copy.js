// A button with data-copy puts the text of the element that it names into the clipboard, and says so in its own words.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.lastElementChild.textContent = button.dataset.copied;
  } catch {
    // Without a clipboard, as on plain http: the text is selected for the keys of the system.
    getSelection().selectAllChildren(source);
  }
});
