// Deciding by keyboard: marking members, recording, walking from group to group without loading whole pages.
// Every form and link here works without this file; it only presses them. What it swaps in are the server's own pages.
"use strict";

(() => {
  const main = () => document.getElementById("main");
  const members = () => [...main().querySelectorAll(".member")];
  const find = (selector) => main().querySelector(selector);
  let chosen = 0;
  let busy = false;
  let here = location.pathname + location.search;
  const ahead = new Map(); // address -> promise of a parsed page

  const tell = (words) => {
    const message = document.getElementById("message");
    if (message) message.textContent = words;
  };

  // Which member the keys speak of.
  const choose = (at) => {
    const all = members();
    if (!all.length) return;
    chosen = Math.max(0, Math.min(at, all.length - 1));
    all.forEach((member, i) => member.classList.toggle("chosen", i === chosen));
    all[chosen].scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  // Marks the chosen member, and goes on to the next.
  const mark = (verb) => {
    const member = members()[chosen];
    const radio = member && member.querySelector(`input[type=radio][value="${verb}"]`);
    if (!radio || radio.disabled) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    tell(`${chosen + 1}: ${radio.dataset.word}`);
    choose(chosen + 1);
  };

  const parse = async (response) => {
    if (response.redirected && new URL(response.url).pathname === "/") throw new Error("elsewhere");
    const text = await response.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!page.querySelector("#main") || !page.querySelector("meta[name=csrf]")) throw new Error("no page");
    // A refused form is answered where it was sent to; the page says itself where it is found again.
    const address = page.getElementById("main").dataset.address;
    return { page, url: response.redirected || !address ? response.url : new URL(address, response.url).href };
  };

  const get = (url) => fetch(url, { credentials: "same-origin" }).then(parse);

  // The next page, and its pictures, before they are asked for.
  const lookAhead = () => {
    const next = find("a[data-step=next]");
    if (!next || ahead.has(next.href)) return;
    if (ahead.size > 3) ahead.delete(ahead.keys().next().value);
    const coming = get(next.href).then((found) => {
      found.page.querySelectorAll(".member img").forEach((img) => { new Image().src = img.getAttribute("src"); });
      return found;
    });
    coming.catch(() => ahead.delete(next.href));
    ahead.set(next.href, coming);
  };

  const swap = ({ page, url }, push) => {
    main().replaceWith(document.adoptNode(page.getElementById("main")));
    document.title = page.title;
    if (push) history.pushState(null, "", url);
    here = location.pathname + location.search;
    // The place of messages stays where it is, so that screen readers hear what is put there.
    tell((page.getElementById("message") || {}).textContent || "");
    document.dispatchEvent(new Event("swapped"));
    window.scrollTo(0, 0);
    main().focus({ preventScroll: true });
    begin();
  };

  const begin = () => {
    chosen = 0;
    if (members().length) members()[0].classList.add("chosen");
    main().querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });
    setTimeout(lookAhead, 0);
  };

  const go = async (url, push = true) => {
    if (busy) return;
    busy = true;
    try {
      const coming = ahead.get(url) || get(url);
      ahead.delete(url);
      swap(await coming, push);
    } catch {
      location.assign(url);
    } finally {
      busy = false;
    }
  };

  // Sends a form as the browser would, but swaps the answer in.
  const send = async (form, submitter) => {
    if (busy) return;
    busy = true;
    const fields = new URLSearchParams(new FormData(form));
    if (submitter && submitter.name) fields.set(submitter.name, submitter.value);
    try {
      const response = await fetch(form.action, { method: "POST", credentials: "same-origin", body: fields });
      ahead.clear();
      swap(await parse(response), true);
    } catch {
      // Whether it arrived is not known: it is never sent again. The page as it is now tells.
      location.reload();
    } finally {
      busy = false;
    }
  };

  const press = (selector) => {
    const target = find(selector);
    if (target && !target.disabled) target.click();
    return Boolean(target);
  };

  const KEYS = {
    n: () => press("a[data-step=next]"),
    ArrowRight: () => press("a[data-step=next]"),
    p: () => press("a[data-step=previous]"),
    ArrowLeft: () => press("a[data-step=previous]"),
    k: () => mark("keep"),
    q: () => mark("quarantine"),
    c: () => mark(""),
    j: () => choose(chosen + 1),
    J: () => choose(chosen - 1),
    a: () => press("button[data-does=keep-all]"),
    l: () => press("button[data-does=later]"),
    d: () => press("button[data-does=not-duplicates]"),
    u: () => press("button[data-does=undo]"),
    z: () => press("button[data-does=undo]"),
    e: () => { const all = find("details.exif"); if (all) all.open = !all.open; },
    o: () => { const picture = members()[chosen] && members()[chosen].querySelector("a.picture"); if (picture) picture.click(); },
    " ": () => KEYS.o(),
    Enter: () => press("button[data-does=record]"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !members().length) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    // What has the focus keeps the keys that press it, and radio buttons theirs.
    const pressable = event.target.closest("a, button, summary");
    if (pressable && (event.key === "Enter" || event.key === " ")) return;
    if (event.target.closest("input") && (event.key === " " || event.key.startsWith("Arrow"))) return;
    // A key that is held walks; it never decides group after group.
    if (event.repeat && !["n", "p", "j", "J", "ArrowRight", "ArrowLeft"].includes(event.key)) {
      event.preventDefault();
      return;
    }
    if (/^[1-9]$/.test(event.key)) {
      event.preventDefault();
      choose(Number(event.key) - 1);
    } else if (Object.hasOwn(KEYS, event.key)) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = event.target.closest("a[data-step]");
    const member = event.target.closest(".member");
    if (member) choose(members().indexOf(member));
    const fill = event.target.closest("a[data-fill]");
    if (fill) {
      event.preventDefault();
      get(fill.href).then(({ page }) => { fill.replaceWith(page.getElementById("told").textContent); }).catch(() => { fill.replaceWith("albums: the server does not tell"); });
    }
    if (!step) return;
    event.preventDefault();
    go(step.href);
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-swap]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });

  // A jump within the page is none to another one, and leaves what is marked.
  window.addEventListener("popstate", () => {
    if (location.pathname + location.search === here) return;
    if (busy) location.reload(); else go(location.href, false);
  });
  // What the browser kept from before may be out of date.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  begin();
})();
