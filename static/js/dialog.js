// <button data-dialog="id"> opens <dialog id>; [data-dismiss] closes; <dialog data-open> opens with the page.
// hx-confirm and <form data-confirm> ask in the page's own dialog instead of the browser's.
const ask = document.getElementById("confirm");
let accept;

function question(text, then) {
  ask.querySelector("p").textContent = text;
  accept = then;
  ask.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-dismiss]")) event.target.closest("dialog")?.close();
  // The dialog fills its own frame, so a click that lands on it alone landed outside.
  if (event.target.matches("dialog:modal")) {
    const box = event.target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
  if (event.target.closest("[data-accept]")) {
    const then = accept;
    ask.close();
    then?.();
  }
});
ask.addEventListener("close", () => (accept = undefined));

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  question(event.detail.question, () => event.detail.issueRequest(true));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  const text = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!text || "accepted" in form.dataset) return;
  event.preventDefault();
  const { submitter } = event;
  question(text, () => {
    form.dataset.accepted = "";
    form.requestSubmit(submitter);
    delete form.dataset.accepted;
  });
});
document.querySelectorAll("dialog[data-open]").forEach((dialog) => dialog.showModal());
