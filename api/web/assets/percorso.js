// What the pages do better with JavaScript; all of them work without.
"use strict";

// A form with choices shows the fields of the chosen one alone.
function showChosen(form) {
  form.querySelectorAll("[data-shown-by]").forEach((part) => {
    const choice = document.getElementById(part.dataset.shownBy);
    part.hidden = !choice.checked;
    part.querySelectorAll("input, select, textarea").forEach((field) => { field.disabled = part.hidden; });
  });
}

document.querySelectorAll("form[data-choices]").forEach((form) => {
  form.addEventListener("change", () => showChosen(form));
  showChosen(form);
});

// What went wrong is read first.
document.querySelector("[data-focus]")?.focus();

// A link to a group of choices leads to its first one.
document.querySelectorAll(".problems a").forEach((link) => {
  link.addEventListener("click", (event) => {
    const target = document.getElementById(link.hash.slice(1));
    const field = target?.matches("fieldset") ? target.querySelector("input:not([type=hidden]), select, textarea") : target;
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });
});

// A form is sent once; the server would not do it twice either.
document.querySelectorAll("form[method=post]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
});

// A page that waits for something loads itself again.
const refresh = Number(document.body.dataset.refresh);
if (refresh > 0) setTimeout(() => location.reload(), refresh * 1000);
