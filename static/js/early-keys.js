// A key pressed while the page is still loading would be lost, or act on half a page: what listens for it comes last. It is
// kept here, and pressed again once everything listens. An ordinary script at the top of the head, so that nothing is
// earlier.
{
  const kept = [];
  const outsideFields = (target) => !target.closest?.("input, textarea, select, [contenteditable]");

  const keep = (event) => {
    const { key, target, ctrlKey, metaKey, altKey, isComposing, repeat } = event;
    if (key.length > 1 || key === " " || ctrlKey || metaKey || altKey || isComposing || repeat) return;
    if (!outsideFields(target)) return;
    event.stopImmediatePropagation();
    kept.push(key);
  };
  const pressAgain = () => {
    document.removeEventListener("keydown", keep, true);
    for (const key of kept)
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  };

  document.addEventListener("keydown", keep, true);
  // Scripts that wait for the whole document, modules included, have run when this is said. What listens for it too, like
  // htmx, which then looks what it has to send, comes before the next task.
  document.addEventListener("DOMContentLoaded", () => setTimeout(pressAgain));
}
