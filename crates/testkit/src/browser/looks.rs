//! How a page looks: the size of the window, light or dark, with or without scripts or a network, and pictures of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::Browser;

impl Browser {
    /// Makes the page so many CSS pixels wide and high. Any width: a window's own smallest one does not apply.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Whether the person prefers dark pages.
    pub fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Whether scripts of pages run from the next page on.
    pub fn scripts(&self, run: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": !run }));
    }

    /// Whether the network is cut, the loopback included: as when the server is gone.
    pub fn offline(&self, offline: bool) {
        self.devtools("Network.enable", &json!({}));
        let line = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.emulateNetworkConditions", &line);
    }

    /// A PNG of the whole page, also of what one would have to scroll to.
    pub fn screenshot(&self, path: &Path) {
        // Colours that are still on their way are nobody's.
        self.wait_until(
            "document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity)",
        );
        let size = &self.devtools("Page.getLayoutMetrics", &json!({}))["cssContentSize"];
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        let shot = self.devtools("Page.captureScreenshot", &json!({ "clip": clip, "captureBeyondViewport": true }));
        let png = STANDARD.decode(shot["data"].as_str().expect("a screenshot has data")).expect("the data is base64");
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder of screenshots can be made");
        #[allow(clippy::disallowed_methods)] // an artefact of the build
        fs::write(path, png).expect("a screenshot can be written");
    }

    /// A PNG of the whole page under a name, kept among the artefacts of the build: in `target/screenshots`.
    pub fn keep_screenshot(&self, name: &str) -> PathBuf {
        let path = screenshots().join(format!("{name}.png"));
        self.screenshot(&path);
        path
    }

    /// Waits until every picture in view has come, or has failed to.
    pub fn wait_for_pictures(&self) {
        self.wait_until(
            "[...document.images].every(i => i.complete || !i.offsetParent || i.getBoundingClientRect().top > innerHeight)",
        );
    }
}

/// The folder of screenshots: beside what the build makes.
#[must_use]
pub fn screenshots() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let workspace = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two folders below the workspace");
    target.unwrap_or_else(|| workspace().join("target")).join("screenshots")
}
