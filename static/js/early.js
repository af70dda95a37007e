// A key pressed while the page is still loading would be lost, or act on half a page: what listens for it comes last. It is
// kept here, and pressed again once everything listens. So is what is chosen or entered in a field that sends itself. An
// ordinary script at the top of the head, so that nothing is earlier.
{
  const kept = [];
  const outsideFields = (target) => !target.closest?.("input, textarea, select, [contenteditable]");

  const keepKey = (event) => {
    const { key, target, ctrlKey, metaKey, altKey, isComposing, repeat } = event;
    if (key.length > 1 || key === " " || ctrlKey || metaKey || altKey || isComposing || repeat) return;
    if (!outsideFields(target)) return;
    event.stopImmediatePropagation();
    const press = () => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    kept.push(() => document.body.dispatchEvent(press()));
  };
  const change = (field) => {
    if (!field.matches("[type=radio], [type=checkbox]")) {
      field.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    // By a click, which a page may have to keep waiting while the one before is on its way.
    field.checked = field.type === "checkbox" && !field.checked;
    field.click();
  };
  const keepChange = ({ target }) => {
    if (target.closest?.("[hx-trigger*=change]")) kept.push(() => change(target));
  };
  const replay = () => {
    document.removeEventListener("keydown", keepKey, true);
    document.removeEventListener("change", keepChange, true);
    for (const one of kept) one();
  };

  document.addEventListener("keydown", keepKey, true);
  document.addEventListener("change", keepChange, true);
  // Scripts that wait for the whole document, modules included, have run when this is said. What listens for it too, like
  // htmx, which then looks what it has to send, comes before the next task.
  document.addEventListener("DOMContentLoaded", () => setTimeout(replay));
}
