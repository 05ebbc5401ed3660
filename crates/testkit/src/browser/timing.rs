//! How long a person waits: from the key press to the painted page, measured by the browser's own clock.
//!
//! The start is the time stamp of the keyboard event, the end the second animation frame after the page shows something
//! else, so that the first of them has surely been painted. It holds across a change of page: the start is kept in the
//! tab's session storage, and the clock of every page of a tab counts from one epoch.

use serde_json::json;

use super::Browser;

/// What was measured of one key press, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Painted {
    /// Until other content was painted.
    pub content: f64,
    /// Until the pictures in view had been decoded and painted as well.
    pub pictures: f64,
}

/// Runs first in every page. `WATCHED` is the expression that tells what is shown.
const CLOCK: &str = r"(() => {
  const kept = sessionStorage, now = () => performance.timeOrigin + performance.now();
  const watched = () => { try { return String(WATCHED); } catch { return undefined; } };
  const inView = image => { const r = image.getBoundingClientRect(); return r.width > 0 && r.top < innerHeight && r.bottom > 0; };
  const twoFrames = then => requestAnimationFrame(() => requestAnimationFrame(() => then(now())));
  const look = () => {
    if (kept.pressedAt === undefined) return;
    const value = watched();
    if (value === undefined || value === 'undefined' || value === kept.shownBefore) return requestAnimationFrame(look);
    twoFrames(content => { kept.contentAt = content; decoded(); });
  };
  const decoded = () => {
    const images = [...document.images].filter(inView);
    if (!images.every(image => image.complete)) return requestAnimationFrame(decoded);
    twoFrames(pictures => { kept.picturesAt = pictures; });
  };
  addEventListener('keydown', event => {
    if (!kept.timed || kept.pressedAt !== undefined) return;
    kept.shownBefore = watched();
    kept.pressedAt = performance.timeOrigin + event.timeStamp;
    requestAnimationFrame(look);
  }, true);
  look();
})()";

impl Browser {
    /// Makes every page from the next on able to be timed. `shown` is an expression in JavaScript whose value is another one
    /// when other content is shown, for example the number of the group.
    pub fn time_pages(&self, shown: &str) {
        let source = CLOCK.replace("WATCHED", &format!("({shown})"));
        self.devtools("Page.enable", &json!({}));
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source }));
    }

    /// Presses a key and waits for what it brings: how long that took.
    pub fn press_and_time(&self, key: &str) -> Painted {
        self.script(
            "for (const k of ['pressedAt', 'contentAt', 'picturesAt']) delete sessionStorage[k]; sessionStorage.timed = 1",
            &[],
        );
        self.press(&[key]);
        let measured = self.wait_until(
            "sessionStorage.picturesAt && ['contentAt', 'picturesAt'].map(k => sessionStorage[k] - sessionStorage.pressedAt)",
        );
        self.script("delete sessionStorage.timed; delete sessionStorage.pressedAt", &[]);
        let milliseconds = |at: usize| measured[at].as_f64().expect("a time is a number");
        Painted { content: milliseconds(0), pictures: milliseconds(1) }
    }
}
