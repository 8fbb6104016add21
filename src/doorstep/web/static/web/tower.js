// Small comforts. Every page works without them.
"use strict";

// "/" goes to the search of the page.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const search = document.querySelector("input[type=search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// Empty fields stay out of the address; what is posted is sent as it stands, and only when somebody says so.
for (const form of document.querySelectorAll("form.controls:not([method=post])")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form.controls:not([method=post]) :disabled[name]")) field.disabled = false;
});

// While the next rows are on their way, those of before are pale, and said to be old.
const rows = document.querySelector("main");
for (const form of document.querySelectorAll("form.controls:not([method=post])")) {
  form.addEventListener("submit", () => rows && rows.setAttribute("aria-busy", "true"));
}
window.addEventListener("pageshow", () => rows && rows.removeAttribute("aria-busy"));

// A choice shows its rows at once.
for (const choice of document.querySelectorAll("form.controls:not([method=post]) select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}

// What shuts somebody out is asked twice.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

// A scanner types wherever the focus is: what it types goes to the scan field of the page.
document.addEventListener("keydown", (event) => {
  const scan = document.querySelector("input[data-scan]");
  if (!scan || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  if (event.key === " " && event.target.closest("button, summary")) return;
  scan.focus();
});

// Scanners that type send FNC1, which ends a lot number within a bar code of GS1, as Ctrl+].
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!event.ctrlKey || event.altKey || event.metaKey || event.key !== "]") return;
  if (!field.matches("input[data-scan], input[data-code]")) return;
  event.preventDefault();
  field.setRangeText("\x1d", field.selectionStart, field.selectionEnd, "end");
});

// A label opens with the dialog that prints it.
for (const link of document.querySelectorAll("a[data-print]")) {
  link.addEventListener("click", (event) => {
    const sheet = window.open(link.href);
    if (!sheet) return;
    event.preventDefault();
    sheet.addEventListener("load", () => sheet.print());
  });
}
