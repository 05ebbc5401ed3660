// Keys of every page: "?" shows them, "g" and a letter goes to a page. Every page works without this file.
"use strict";

(() => {
  const dialog = document.getElementById("keys");
  const button = document.getElementById("keys-button");
  let waitsForPlace = false;

  // Whether a key belongs to what is being typed or chosen, and not to the page.
  const isTyping = (event) => event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=submit])");

  const show = () => { if (!dialog.open) dialog.showModal(); };
  button.hidden = false;
  button.addEventListener("click", show);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      show();
    } else if (waitsForPlace) {
      // However late it comes, and whether there is such a place: it never does what the letter does alone.
      event.preventDefault();
      event.stopImmediatePropagation();
      if (["Shift", "g"].includes(event.key)) return;
      waitsForPlace = false;
      const place = document.querySelector(`a[data-key="g ${CSS.escape(event.key)}"]`);
      if (place) place.click();
    } else if (event.key === "g") {
      waitsForPlace = true;
    }
  }, true);

  // A picture that cannot be had says so, in place of a torn symbol.
  const PICTURES = "img[src^='/pictures/']";
  const missing = (img) => {
    const words = document.createElement("span");
    words.className = "no-picture";
    words.textContent = "This picture cannot be shown.";
    img.replaceWith(words);
    fetch(img.src, { credentials: "same-origin" }).then((answer) => (answer.ok ? "" : answer.text())).then((page) => {
      const why = page && new DOMParser().parseFromString(page, "text/html").querySelector("main p");
      if (why) words.textContent = why.textContent;
    }).catch(() => {});
  };
  const lookFor = () => document.querySelectorAll(PICTURES).forEach((img) => { if (img.complete && !img.naturalWidth && img.currentSrc) missing(img); });
  document.addEventListener("error", (event) => { if (event.target.matches && event.target.matches(PICTURES)) missing(event.target); }, true);
  document.addEventListener("swapped", lookFor);
  lookFor();
})();
