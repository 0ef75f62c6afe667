// What the pages do better with JavaScript; all of them work without.
"use strict";

// What it says stands on the pages: what any page may have to say at main.
const texts = document.querySelector("main").dataset;

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

// On a narrow screen the places to go to are behind a button.
const menu = document.querySelector(".menu-button");
if (menu) {
  menu.hidden = false;
  menu.addEventListener("click", () => menu.setAttribute("aria-expanded", menu.getAttribute("aria-expanded") === "false"));
}

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

// A text that goes into another system is copied by a button, where there is a clipboard.
document.querySelectorAll("[data-copies]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies), said = button.parentNode.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = button.dataset.copied;
    } catch {
      text.select();
      said.textContent = button.dataset.selected;
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
    const rows = [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.offsetParent), step = { j: 1, k: -1 }[event.key];
    if (step && rows.length > 0) {
      const at = rows.indexOf(document.activeElement), open = rows.findIndex((row) => row.ariaCurrent);
      rows[Math.max(0, Math.min(rows.length - 1, (at < 0 ? open : at) + step))].focus();
      return;
    }
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
    button.textContent = hidden ? button.dataset.show : button.dataset.hide;
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
// left, and a free place that is chosen in it is kept for a while, until the page is left. Where a draft is just being kept, the form is sent after it, so that no draft
// comes in behind what was sent.
const keeping = new WeakMap();
document.querySelectorAll("form[method=post]").forEach((form) => {
  if (!form.elements.namedItem("key") || !form.querySelector("textarea, select, input:not([type=hidden])")) return;
  const typed = () => new URLSearchParams(new FormData(form)).toString();
  let kept = typed();
  const chosen = () => [...form.querySelectorAll("select[name$=offer]")].some((field) => field.value);
  const keep = (left) => {
    const now = typed();
    if (form.dataset.sent || now === kept && !(left && chosen())) return;
    kept = now;
    const done = fetch(form.action, {
      method: "POST", body: now, keepalive: left, signal: AbortSignal.timeout(5000),
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Percorso-Draft": location.pathname, ...(left && { "X-Percorso-Left": "yes" }) },
    }).catch(() => { /* the server is away: the next field tries again */ }).finally(() => { if (keeping.get(form) === done) keeping.delete(form); });
    keeping.set(form, done);
  };
  form.addEventListener("change", () => keep(false));
  window.addEventListener("pagehide", () => keep(true));
});

// A text that is too long is not cut where it is typed or pasted: it is said by how much
// it is, and the server says so too.
document.querySelectorAll("[data-most]").forEach((field) => {
  const words = document.createElement("p");
  words.className = "field-words";
  words.setAttribute("role", "status");
  field.after(words);
  const say = () => {
    const over = [...field.value].length - field.dataset.most;
    words.hidden = over <= 0;
    words.textContent = over <= 0 ? "" : over === 1 ? texts.tooLongByOne : texts.tooLong.replace("{}", over);
  };
  field.addEventListener("input", say);
  say();
});

// A form is sent once; the server would not do it twice either. Those of a list that was
// fetched anew are forms as any other.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  const draft = keeping.get(form);
  if (draft) {
    event.preventDefault();
    draft.then(() => form.requestSubmit(event.submitter));
    return;
  }
  form.dataset.sent = "yes";
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
    if (seconds <= 0) return say(session.dataset.ended, true);
    const ends = seconds > 60 ? session.dataset.endsInMinutes.replace("{}", Math.ceil(seconds / 60)) : session.dataset.endsInSeconds.replace("{}", Math.ceil(seconds / 15) * 15);
    say(ends, false);
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

// Lists that colleagues change are fetched anew when the server says that something of them
// is another. It says no more than that, and an open page keeps nobody logged in. A row that
// is not there any more fades first, and who is in the list with the keyboard stays there.
const lists = document.querySelectorAll("[data-live]");
if (lists.length > 0 && session) {
  const asks = { headers: { "X-Percorso-Live": "1" }, redirect: "manual" };
  const fades = 2500, soonest = 2000, latest = 60000;
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.querySelector("main").append(said);
  const targets = (part) => [...(part.matches("a") ? [part] : []), ...part.querySelectorAll("a, button, summary, input, select")];
  const keyOf = (row) => row.dataset.row;

  const replace = (list, fresh) => {
    const at = document.activeElement, within = list.contains(at);
    const row = at.closest("[data-row]"), parts = row || list;
    const key = row && keyOf(row), number = targets(parts).indexOf(at);
    const open = [...list.querySelectorAll("[data-row] details[open]")].map((d) => keyOf(d.closest("[data-row]")));
    list.replaceChildren(...fresh.cloneNode(true).childNodes);
    const find = (wanted) => [...list.querySelectorAll("[data-row]")].find((r) => keyOf(r) === wanted);
    open.forEach((k) => { const more = find(k)?.querySelector("details"); if (more) more.open = true; });
    if (!within) return;
    const now = key ? find(key) : list;
    (now && targets(now)[number] || list).focus({ preventScroll: true });
  };

  let fading;
  const renew = (list, fresh) => {
    const left = new Set([...fresh.querySelectorAll("[data-row]")].map(keyOf));
    const before = new Set([...list.querySelectorAll("[data-row]")].map(keyOf));
    const gone = [...list.querySelectorAll("[data-row]")].filter((r) => !left.has(keyOf(r)));
    const come = [...left].filter((k) => !before.has(k));
    if (gone.length + come.length > 0) said.textContent = texts.listChanged.replace("{gone}", gone.length).replace("{come}", come.length);
    gone.forEach((row) => {
      row.classList.add("is-gone");
      const acts = (row.closest("li") || row).querySelector(".row-acts, .work-act");
      if (acts && !acts.contains(document.activeElement)) acts.textContent = texts.rowGone;
    });
    return new Promise((done) => setTimeout(() => { replace(list, fresh); done(); }, gone.length > 0 ? fades : 0));
  };

  let looking = false, again = false;
  const look = async () => {
    if (looking) { again = true; return; }
    looking = true;
    try {
      const answer = await fetch(location.href, asks);
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const call = document.getElementById("chiamata"), rung = page.getElementById("chiamata");
        if (call && rung && call.innerHTML !== rung.innerHTML) call.replaceChildren(...rung.cloneNode(true).childNodes);
        await Promise.all([...lists].map((list) => {
          const fresh = page.getElementById(list.id);
          return fresh && renew(list, fresh);
        }));
      }
    } catch { /* the server is away: the next notice tries again */ }
    looking = false;
    if (again) { again = false; look(); }
  };

  let stream, timer, pause = soonest;
  const listen = async () => {
    clearTimeout(timer);
    stream = new AbortController();
    const mine = stream;
    try {
      const answer = await fetch("/novita", { ...asks, signal: mine.signal });
      if (answer.type === "opaqueredirect") return; // nobody is logged in any more
      if (answer.ok) {
        pause = soonest;
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) if (part.value.includes("data:")) look();
      }
    } catch { /* it is tried again below */ }
    if (document.hidden || mine !== stream) return;
    timer = setTimeout(() => { listen(); look(); }, pause + Math.random() * 1000);
    pause = Math.min(pause * 2, latest);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { clearTimeout(timer); stream?.abort(); } else { listen(); look(); }
  });
  window.addEventListener("pagehide", () => stream?.abort());
  if (!document.hidden) listen();
}
