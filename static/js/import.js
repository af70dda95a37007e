// The import page: files can be dropped on it, their names are said, and a new search is only asked for if none is chosen.
const form = document.querySelector("[data-import]");
const drop = form.querySelector("[data-drop]");
// References can be pasted as well, without a file.
const input = form.querySelector('input[type="file"]');
const chosen = form.querySelector("[data-chosen]");
const search = form.querySelector('select[name="search"]');
const described = form.querySelector("[data-described]");

const sayFiles = () => {
  if (!input) return;
  chosen.textContent = [...input.files].map((file) => file.name).join(", ");
};

const apart = form.querySelector('input[name="apart"]');
// What differs from file to file: said by the files, or entered later.
const ofOne = ["source", "query", "hits_reported"].map((name) => form.querySelector(`[name="new-${name}"]`));

const askForSearch = () => {
  const known = search.value !== "";
  described.hidden = known;
  // A hidden field must neither be sent nor stop the form with a message that nobody can see.
  described.disabled = known;
  if (!apart) return;
  apart.closest("[data-apart]").hidden = known;
  for (const field of ofOne) {
    field.disabled = apart.checked;
    field.closest(".field").hidden = apart.checked;
  }
};

for (const kind of drop ? ["dragenter", "dragover"] : []) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("is-over");
  });
}
for (const kind of ["dragleave", "drop"]) drop?.addEventListener(kind, () => drop.classList.remove("is-over"));
drop?.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  sayFiles();
});
input?.addEventListener("change", sayFiles);
search.addEventListener("change", askForSearch);
apart?.addEventListener("change", askForSearch);
askForSearch();
sayFiles();
