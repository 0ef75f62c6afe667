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

// Keys that are quicker than the mouse. Who types signs by voice or by accident switches
// those of one sign off, on this computer.
const sheet = document.getElementById("scorciatoie");
if (sheet) {
  const off = document.getElementById("scorciatoie-spente");
  try { off.checked = localStorage.getItem("percorso-scorciatoie") === "no"; } catch { /* nothing is kept here */ }
  off.addEventListener("change", () => {
    try { localStorage.setItem("percorso-scorciatoie", off.checked ? "no" : "si"); } catch { /* it holds for this page */ }
  });
  const opener = document.querySelector("[data-opens=scorciatoie]");
  opener.hidden = false;
  opener.addEventListener("click", () => sheet.showModal());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if (typing || off.checked || sheet.open || event.ctrlKey || event.altKey || event.metaKey) return;
    const search = document.getElementById("cerca-ovunque");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "?") {
      event.preventDefault();
      sheet.showModal();
    }
  });
}

// Candidates name other people, and whoever sits at the desk looks at the screen too:
// they are hidden by a button, by Esc, and by themselves after a while.
document.querySelectorAll("[data-blank]").forEach((part) => {
  const people = part.querySelector(".candidates"), button = part.querySelector("[data-hides]");
  const hide = (hidden) => {
    people.hidden = hidden;
    button.textContent = hidden ? "Mostra" : "Nascondi (Esc)";
    button.setAttribute("aria-expanded", String(!hidden));
  };
  let timer;
  const show = () => {
    hide(false);
    clearTimeout(timer);
    timer = setTimeout(() => hide(true), 1000 * part.dataset.blank);
  };
  button.hidden = false;
  button.addEventListener("click", (event) => {
    if (button.type === "submit" && !people.hidden) return; // the server hides them, also for who comes back
    event.preventDefault();
    if (people.hidden) show(); else hide(true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || sheet?.open || people.hidden) return;
    hide(true);
    if (button.type === "submit") button.form.requestSubmit();
  });
  show();
});

// What is typed into a form that does something is kept as a draft when a field is
// left. Where a draft is just being kept, the form is sent after it, so that no draft
// comes in behind what was sent.
const keeping = new WeakMap();
document.querySelectorAll("form[method=post]").forEach((form) => {
  if (!form.elements.namedItem("key") || !form.querySelector("textarea, select, input:not([type=hidden])")) return;
  const typed = () => new URLSearchParams(new FormData(form)).toString();
  let kept = typed();
  const keep = (keepalive) => {
    const now = typed();
    if (now === kept || form.dataset.sent) return;
    kept = now;
    const done = fetch(form.action, {
      method: "POST", body: now, keepalive, signal: AbortSignal.timeout(5000),
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Percorso-Draft": location.pathname },
    }).catch(() => { /* the server is away: the next field tries again */ }).finally(() => { if (keeping.get(form) === done) keeping.delete(form); });
    keeping.set(form, done);
  };
  form.addEventListener("change", () => keep(false));
  window.addEventListener("pagehide", () => keep(true));
});

// A form is sent once; the server would not do it twice either.
document.querySelectorAll("form[method=post]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    const draft = keeping.get(form);
    if (draft) {
      event.preventDefault();
      draft.then(() => form.requestSubmit(event.submitter));
      return;
    }
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
