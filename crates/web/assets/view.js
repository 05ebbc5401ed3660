// The large view: one picture fills the window, zoomed and moved; the others follow in step, so that two can be flickered between.
// Without this file a click on a picture opens it alone.
"use strict";

(() => {
  const dialog = document.createElement("dialog");
  dialog.className = "view";
  dialog.setAttribute("aria-label", "Large view");
  const bar = document.createElement("div");
  bar.className = "view-bar";
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  const stage = document.createElement("div");
  stage.className = "stage";
  dialog.append(bar, stage);
  document.body.append(dialog);

  let links = []; // the pictures of the group, as the page links to them
  let shown = []; // one <img> for each
  let at = 0;
  let before = 0; // the other one of a flicker
  let zoom = 1; // 1 fits the window
  let left = 0;
  let top = 0;

  const button = (text, does, label) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", does);
    bar.append(made);
  };

  const current = () => shown[at];

  // How far a picture is reduced to fit: at this zoom one of its pixels is one of the screen's.
  const oneToOne = () => {
    const img = current();
    if (!img || !img.naturalWidth) return 1;
    const fit = Math.min(stage.clientWidth / img.naturalWidth, stage.clientHeight / img.naturalHeight);
    return fit > 0 ? 1 / (fit * window.devicePixelRatio) : 1;
  };

  const place = () => {
    zoom = Math.max(1, Math.min(zoom, 40));
    const limitX = stage.clientWidth * (zoom - 1) / 2;
    const limitY = stage.clientHeight * (zoom - 1) / 2;
    left = Math.max(-limitX, Math.min(left, limitX));
    top = Math.max(-limitY, Math.min(top, limitY));
    shown.forEach((img, i) => {
      img.style.transform = `translate(${left}px, ${top}px) scale(${zoom})`;
      img.classList.toggle("on", i === at);
    });
    const name = links[at] ? links[at].dataset.name : "";
    const percent = Math.round(100 * zoom / oneToOne());
    words.textContent = `${at + 1} of ${links.length}: ${name} (${percent}%)`;
    if (zoom > 1) whole(at);
  };

  // From the reduced picture to the one with every pixel.
  const whole = (i) => {
    const img = shown[i];
    const link = links[i];
    if (!img || img.dataset.whole) return;
    img.dataset.whole = "yes";
    const full = new Image();
    full.addEventListener("load", () => { if (shown[i] === img) { img.src = full.src; } });
    full.src = link.href;
  };

  const zoomTo = (wanted, x = 0, y = 0) => {
    const next = Math.max(1, Math.min(wanted, 40));
    // What lies under the pointer stays there.
    left = x - (x - left) * next / zoom;
    top = y - (y - top) * next / zoom;
    zoom = next;
    place();
  };

  const show = (i) => {
    if (!links.length) return;
    const next = (i + links.length) % links.length;
    if (next !== at) before = at;
    at = next;
    place();
  };

  const flip = () => show(before === at ? at + 1 : before);
  const fitOrPixels = () => zoomTo(zoom > 1.01 ? 1 : Math.max(oneToOne(), 1.5));

  const open = (link) => {
    links = [...document.querySelectorAll("#main .member a.picture")];
    stage.replaceChildren();
    shown = links.map((one) => {
      const img = document.createElement("img");
      img.alt = one.dataset.name;
      img.draggable = false;
      img.addEventListener("load", () => { if (img === current()) place(); });
      img.addEventListener("error", () => { img.classList.add("none"); });
      img.src = one.dataset.large;
      stage.append(img);
      return img;
    });
    at = Math.max(0, links.indexOf(link));
    before = at;
    zoom = 1;
    left = 0;
    top = 0;
    dialog.showModal();
    place();
  };

  button("Previous", () => show(at - 1));
  button("Next", () => show(at + 1));
  button("Flip", flip, "Flip between this picture and the one before");
  button("−", () => zoomTo(zoom / 1.5), "Smaller");
  button("+", () => zoomTo(zoom * 1.5), "Larger");
  button("1:1", fitOrPixels, "Every pixel, or all of the picture");
  button("Close", () => dialog.close());
  bar.append(words);

  const STEP = 80;
  const KEYS = {
    "+": () => zoomTo(zoom * 1.5), "=": () => zoomTo(zoom * 1.5), "-": () => zoomTo(zoom / 1.5), "0": () => zoomTo(1),
    f: fitOrPixels, " ": flip, Tab: null, n: () => show(at + 1), j: () => show(at + 1), p: () => show(at - 1), J: () => show(at - 1),
    o: () => dialog.close(),
    ArrowLeft: () => { if (zoom > 1) { left += STEP; place(); } else show(at - 1); },
    ArrowRight: () => { if (zoom > 1) { left -= STEP; place(); } else show(at + 1); },
    ArrowUp: () => { top += STEP; place(); },
    ArrowDown: () => { top -= STEP; place(); },
  };
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target.closest("button") && (event.key === " " || event.key === "Enter");
    if (/^[1-9]$/.test(event.key) && Number(event.key) <= links.length) {
      event.preventDefault();
      show(Number(event.key) - 1);
    } else if (!onButton && KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    const x = event.clientX - box.left - box.width / 2;
    const y = event.clientY - box.top - box.height / 2;
    zoomTo(zoom * Math.exp(-event.deltaY * 0.002), x, y);
  }, { passive: false });

  // Dragging moves, a click alone flips between fitting and pixels.
  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: false };
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (Math.abs(dx) + Math.abs(dy) < 4 && !drag.moved) return;
    drag = { x: event.clientX, y: event.clientY, moved: true };
    left += dx;
    top += dy;
    place();
  });
  stage.addEventListener("pointerup", (event) => {
    const box = stage.getBoundingClientRect();
    if (drag && !drag.moved) {
      zoomTo(zoom > 1.01 ? 1 : Math.max(oneToOne(), 1.5), event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2);
    }
    drag = null;
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#main .member a.picture");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.dataset.kind === "video") return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("swapped", () => { if (dialog.open) dialog.close(); });
})();
