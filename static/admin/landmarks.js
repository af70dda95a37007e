// The theme of the administration marks no landmarks: its main part and its navigation get theirs here, and the two boxes
// that scroll by themselves a name each, so that whoever does not see the page can go straight to what they want.
const mark = (id, role, label) => {
  const part = document.getElementById(id);
  part?.setAttribute("role", role);
  if (label) part?.setAttribute("aria-label", label);
};

function nameScrollers() {
  const words = { "nav-sidebar": "Navigation", "nav-sidebar-apps": "Lists", main: "Content" };
  for (const box of document.querySelectorAll(".simplebar-content-wrapper[role=region]")) {
    const around = box.parentElement.closest("#nav-sidebar-apps, #nav-sidebar, #main");
    box.setAttribute("aria-label", words[around?.id] ?? "Content");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  mark("main", "main");
  mark("nav-sidebar", "navigation", "Administration");
  nameScrollers();
  new MutationObserver(nameScrollers).observe(document.body, { childList: true, subtree: true });
});
