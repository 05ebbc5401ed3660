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
      waitsForPlace = false;
      const place = document.querySelector(`a[data-key="g ${CSS.escape(event.key)}"]`);
      if (!place) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      place.click();
    } else if (event.key === "g") {
      waitsForPlace = true;
      setTimeout(() => { waitsForPlace = false; }, 1500);
    }
  }, true);
})();
