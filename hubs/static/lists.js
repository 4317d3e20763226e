/* Keys for the lists: j and k, Enter, x, a, c, / and ?. Nothing depends on it. One letter alone does something only on a
   page with a list, never while one types or with a modifier, and can be switched off (WCAG 2.1.4). Focus moves to the
   link of a line, so that a screen reader says it and Tab goes on from there. */
"use strict";
(() => {
  const list = document.querySelector("[data-list]");
  const box = document.querySelector("[data-keys]");
  if (!list || !box) return;
  const KEY = "hubs-keys-off";
  const help = document.getElementById("keys-help");
  const opener = box.querySelector("[data-keys-help]");
  const toggle = box.querySelector("[data-keys-on]");
  const isOff = () => { try { return localStorage.getItem(KEY) === "1"; } catch { return false; } };
  const rows = () => [...list.querySelectorAll("li[data-ref]")];
  const current = () => rows().indexOf(document.activeElement?.closest?.("li[data-ref]"));

  function go(step) {
    const all = rows();
    if (!all.length) return;
    const at = current();
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    const link = all[next].querySelector("a");
    link.focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  function choose() {
    const check = rows()[current()]?.querySelector("input[name=item]");
    if (check) check.click();
  }

  function act(name) {
    const button = list.querySelector(`button[name=action][value=${name}]`);
    if (!button) return;
    if (!list.querySelector("input[name=item]:checked")) choose();
    if (list.querySelector("input[name=item]:checked")) list.requestSubmit(button);
  }

  function show(open) {
    help.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
  }

  const keys = {
    j: () => go(1), k: () => go(-1), x: choose, a: () => act("assign"), c: () => act("claim"),
    "/": () => document.querySelector("#list-words, #search-words, #header-words")?.focus(),
    "?": () => { show(help.hidden); if (!help.hidden) opener.focus(); },
  };

  document.addEventListener("keydown", (event) => {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    if (event.target.closest("textarea, select, [contenteditable]") || event.target.matches("input:not([type=checkbox])")) return;
    const act_on = keys[event.key];
    if (!act_on) return;
    event.preventDefault();
    act_on();
  });
  opener.addEventListener("click", () => show(help.hidden));
  toggle.checked = !isOff();
  toggle.addEventListener("change", () => {
    try { toggle.checked ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, "1"); } catch { /* forbidden: then for this page only */ }
  });
  box.hidden = false;
})();
