// Deciding on dates by keyboard. Every form and link works without this file; it only presses and marks them.
"use strict";

(() => {
  const find = (selector) => document.querySelector(`#main ${selector}`);
  const press = (selector) => { const target = find(selector); if (target) target.click(); return Boolean(target); };
  const tell = (words) => { const message = document.getElementById("message"); if (message) message.textContent = words; };

  const check = (radio) => { radio.checked = true; radio.dispatchEvent(new Event("change", { bubbles: true })); };

  const mark = (selector) => {
    const radio = find(`#decide ${selector}`);
    if (!radio) return false;
    check(radio);
    tell(radio.closest("label").textContent.trim());
    return true;
  };

  // Marks a choice that has to be typed, and goes to where it is typed.
  const type = (value, field) => {
    if (mark(`input[value="${value}"]`)) find(`#decide input[name="${field}"]`).focus();
  };

  // What is suggested, one after the other.
  const suggest = () => {
    const all = [...document.querySelectorAll("#main #decide input[value^='as ']")];
    if (!all.length) { tell("Nothing else is suggested."); return; }
    const next = all[(all.findIndex((radio) => radio.checked) + 1) % all.length];
    check(next);
    tell(next.closest("label").textContent.trim());
  };

  const record = () => {
    const form = document.getElementById("decide");
    if (!form) return;
    if (form.querySelector("input[name=say]:checked")) form.requestSubmit(); else tell("Nothing is marked.");
  };

  // Typing a date or a shift is marking it.
  for (const [field, value] of [["at", "fix"], ["by", "shift"]]) {
    const input = find(`#decide input[name="${field}"]`);
    if (input) input.addEventListener("input", () => { if (input.value) mark(`input[value="${value}"]`); });
  }

  const keys = {
    n: () => press("a[data-step=next]"), ArrowRight: () => press("a[data-step=next]"),
    b: () => press("a[data-step=body]"), r: () => press("a[data-step=run]"),
    u: () => press("button[data-does=take-back]"),
    l: () => mark("input[value=leave]"), x: () => mark("input[value=later]"),
    s: suggest, f: () => type("fix", "at"), h: () => type("shift", "by"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || event.defaultPrevented) return;
    const on = event.target;
    if (on.closest("input:not([type=radio]), select, textarea")) return;
    if (event.key === "Enter") {
      if (on.closest("a, button, summary")) return;
      event.preventDefault();
      record();
    } else if (keys[event.key] && !(on.closest("input[type=radio]") && event.key.startsWith("Arrow"))) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
