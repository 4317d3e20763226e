/* Makes pages quicker; everything works without it. Six things: typed text survives a bad line and an expired session,
   a long form saves itself while one types, what looks alike is shown while typing, a form is not sent twice nor into
   the void, signing out forgets what was typed, and a link into a closed fold opens it. */
"use strict";
(() => {
  const HOURS_KEPT = 12;
  const PREFIX = "hubs-draft:";
  const reader = document.documentElement.dataset.reader || "";

  /* Drafts live in the tab's own storage, belong to one reader, and go when the tab closes. */
  const store = {
    read(key) {
      try { return JSON.parse(sessionStorage.getItem(PREFIX + key)); } catch { return null; }
    },
    write(key, draft) {
      try { sessionStorage.setItem(PREFIX + key, JSON.stringify(draft)); } catch { /* full or forbidden: then not kept */ }
    },
    drop(key) {
      try { sessionStorage.removeItem(PREFIX + key); } catch { /* forbidden */ }
    },
    keys() {
      try { return Object.keys(sessionStorage).filter((k) => k.startsWith(PREFIX)).map((k) => k.slice(PREFIX.length)); } catch { return []; }
    },
  };

  const isKept = (field) => field.name && !field.disabled && !["hidden", "password", "file", "submit", "button"].includes(field.type);
  const versionOf = (form) => form.elements.namedItem("version")?.value ?? "";
  const isBox = (field) => field.type === "checkbox" || field.type === "radio";

  function valuesOf(form) {
    const values = {};
    for (const field of form.elements) {
      if (!isKept(field)) continue;
      const all = (values[field.name] ??= []);
      if (!isBox(field)) all.push(field.value);
      else if (field.checked) all.push(field.value);
    }
    return values;
  }

  function putBack(form, values) {
    let changed = false;
    const used = {};
    for (const field of form.elements) {
      const all = isKept(field) ? values[field.name] : undefined;
      if (!all) continue;
      if (isBox(field)) {
        const left = (used[field.name] ??= [...all]); // a value that stands twice on the page is ticked once
        const place = left.indexOf(field.value);
        const checked = place >= 0;
        if (checked) left.splice(place, 1);
        changed ||= field.checked !== checked;
        field.checked = checked;
      } else {
        const left = (used[field.name] ??= [...all]);
        const value = left.shift();
        if (value === undefined || field.value === value) continue;
        field.value = value;
        changed = true;
      }
    }
    return changed;
  }

  const isTyped = (field) => field.name && !field.disabled && (field.type === "textarea" || ["text", "email", "tel", "url"].includes(field.type));

  /* The name of a form's draft: its own, or its address with its fields and buttons; none when nothing is typed in it. */
  function draftName(form) {
    if (form.dataset.keep) return form.dataset.keep;
    if (form.method !== "post" || form.querySelector("[type=password]") || ![...form.elements].some(isTyped)) return null;
    const names = [...form.elements].map((field) => field.type === "submit" ? `=${field.value}` : field.name);
    return `${form.getAttribute("action") || location.pathname}:${[...new Set(names)].join(",")}`;
  }

  function noteOf(form) {
    const given = form.querySelector("[data-kept]");
    const template = document.getElementById("kept-note");
    if (given || !template) return given;
    const made = template.content.firstElementChild.cloneNode(true);
    made.hidden = true;
    form.prepend(made);
    return made;
  }

  /* A draft that was sent, and whose answer never came, is sent again under the key it had: it is stored once. */
  function keep(form) {
    const key = draftName(form);
    if (!key) return;
    const note = noteOf(form);
    const formKey = form.elements.namedItem("form_key");
    const fresh = formKey?.value;
    const draft = store.read(key);
    const answered = document.querySelector("#errors, [data-answered]") !== null; // the server shows what was sent
    const fits = draft && !answered && (!form.dataset.keep || draft.version === versionOf(form));
    let sentKey = fits ? draft.sentKey : undefined;
    if (fits) {
      if (sentKey && formKey) formKey.value = sentKey;
      if (putBack(form, draft.values) && note) note.hidden = false;
    }
    note?.querySelector("button")?.addEventListener("click", () => {
      store.drop(key);
      form.reset();
      sentKey = undefined;
      if (formKey) formKey.value = fresh;
      note.hidden = true;
    });
    const save = (sent) => {
      if (sent) sentKey = formKey?.value;
      store.write(key, { reader, at: Date.now(), version: versionOf(form), values: valuesOf(form), sent, sentKey });
    };
    form.addEventListener("input", () => save(false));
    form.addEventListener("change", () => save(false));
    form.addEventListener("submit", () => save(true));
  }

  /* A shared computer: who signs out leaves nothing behind in this tab. */
  function forgetAll(form) {
    form.addEventListener("submit", () => store.keys().forEach((key) => store.drop(key)));
  }

  /* A draft goes when it is stored, when it is old, and when somebody else reads along. */
  function tidy() {
    const stored = document.querySelector("[data-saved]") !== null;
    const answered = document.documentElement.dataset.stored; // the key of the form that led to this page
    for (const key of store.keys()) {
      const draft = store.read(key);
      const foreign = draft && reader && draft.reader && draft.reader !== reader;
      const old = draft && Date.now() - draft.at > HOURS_KEPT * 3600 * 1000;
      if (!draft || foreign || old || (stored && draft.sent) || (answered && draft.sentKey === answered)) store.drop(key);
    }
  }

  function similar(input) {
    const target = document.getElementById(`${input.id}-similar`);
    let timer = 0;
    let latest = 0;
    const look = async () => {
      const number = (latest += 1);
      const typed = input.value.trim();
      if (typed.length < 3) { target.replaceChildren(); return; }
      const address = new URL(input.dataset.similarUrl, location.href);
      address.searchParams.set("q", typed);
      try {
        const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
        if (number !== latest) return;
        const html = answer.ok ? await answer.text() : "";
        const parsed = new DOMParser().parseFromString(html, "text/html");
        target.replaceChildren(...(html.trim() ? parsed.body.childNodes : []));
      } catch { /* no connection: the server says it again when the form is sent */ }
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 300); });
  }

  /* A form with data-autosave is posted while one types; the answer brings the version that the next save builds on. */
  function saveItself(form) {
    const note = form.querySelector("[data-autosave-note]");
    const say = (words) => { if (note && note.textContent !== words) note.textContent = words; };
    say(form.dataset.autosaveOn);
    let timer = 0;
    let running = null;
    let changed = false;
    let stopped = false;
    const save = async () => {
      changed = false;
      try {
        const answer = await fetch(form.action, {
          method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" }, redirect: "error",
        });
        const told = await answer.json();
        if (answer.ok) form.elements.namedItem("version").value = told.version;
        else stopped = true; // somebody was ahead: pressing Save shows both
        say(told.message);
      } catch {
        say(form.dataset.unsaved);
      }
    };
    const run = () => {
      if (stopped || running) return;
      running = save().finally(() => { running = null; if (changed) later(); });
    };
    const later = () => { changed = true; clearTimeout(timer); timer = setTimeout(run, 1500); };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      stopped = true;
      if (!running) return;
      event.preventDefault(); // its answer brings the version that this one must build on
      event.stopPropagation();
      const pressed = event.submitter;
      running.finally(() => form.requestSubmit(pressed));
    });
  }

  function sendOnce(event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (navigator.onLine === false) { event.preventDefault(); sayOffline(form, event.submitter); return; }
    form.querySelector("[data-offline]")?.remove();
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => again(form), 10000);
  }

  /* Better a sentence here than the browser's own error page; the browser knows only whether there is a network. */
  function sayOffline(form, pressed) {
    form.querySelector("[data-offline]")?.remove();
    const template = document.getElementById("offline-note");
    if (!template) return;
    const said = template.content.firstElementChild.cloneNode(true);
    said.dataset.offline = "";
    said.querySelector("button").addEventListener("click", () => form.requestSubmit(pressed));
    form.append(said);
  }

  function again(form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }

  function openFold() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let fold = target && target.closest("details");
    if (!fold) return;
    for (; fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  }

  tidy();
  document.querySelectorAll("form[method=post]").forEach(keep);
  document.querySelectorAll("form[data-forget]").forEach(forgetAll);
  document.querySelectorAll("form[data-autosave]").forEach(saveItself);
  document.querySelectorAll("input[data-similar-url]").forEach(similar);
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(again));
  window.addEventListener("hashchange", openFold);
  openFold();
  document.getElementById("errors")?.focus();
})();
