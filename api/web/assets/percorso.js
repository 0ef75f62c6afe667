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

// A session in which nothing is done ends. Some minutes before the page says so, and
// offers to stay; other tabs may have kept it going, so the server is asked. What is
// typed stays where it is, also afterwards.
const session = document.getElementById("sessione");
if (session) {
  const warnAt = 300, words = session.querySelector("p"), stay = session.querySelector("button");
  let end = Date.now() + 1000 * session.dataset.idle, said = "", from = null;
  const ask = async (method) => {
    try {
      const answer = await fetch("/sessione", { method });
      if (answer.ok) end = Date.now() + 1000 * (await answer.json()).left;
    } catch { /* the server is away: what is known so far counts */ }
  };
  const left = () => Math.round((end - Date.now()) / 1000);
  const say = (text, over) => {
    session.hidden = text === "";
    stay.hidden = over;
    if (text !== said) words.textContent = said = text;
  };
  const look = async () => {
    if (left() <= warnAt) await ask("GET");
    const seconds = left();
    if (seconds > warnAt) return say("", false);
    if (seconds <= 0) return say("La sessione è terminata. Quello che hai scritto resta qui: quando lo invii accedi di nuovo, e lo ritrovi.", true);
    const rounded = seconds > 60 ? Math.ceil(seconds / 60) + " minuti" : Math.ceil(seconds / 15) * 15 + " secondi";
    say("Se non fai niente, tra " + rounded + " la sessione termina.", false);
  };
  stay.addEventListener("focus", (event) => { from = event.relatedTarget; });
  stay.addEventListener("click", async () => {
    await ask("POST");
    say("", false);
    from?.focus();
  });
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}
