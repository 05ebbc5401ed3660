//! `review`: serves the local pages until Ctrl-C, and gives out the links that open them.

use std::{
    env,
    ffi::OsStr,
    io::{self, BufRead, IsTerminal, Write},
    net::{Ipv4Addr, SocketAddr},
    process::{Command, Stdio},
    sync::OnceLock,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use lightproof_engine::{
    Ffmpeg,
    pictures::Pictures,
    review::{Face, Looking, Review},
    servers::ServerRequest,
    settings::Settings,
};
use lightproof_model::decision::Reviewer;
use lightproof_web::{Links, Password, Serving, Told, WebError, serve};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::{
    args::{Common, review::ReviewArgs},
    commands::config::settings,
    exit::Refusal,
    hidden, keys,
    out::{FAINT, Out, STRONG},
    places, stop,
};

/// Serves the pages.
pub fn review(args: &ReviewArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let reviewer = reviewer(args.reviewer.as_deref())?;
    let looking = Looking::open(&settings.ledger.value)?;
    let pictures = looking.keep_pictures(Pictures::new(&servers(&settings, out), Ffmpeg::find()), &places::pictures())?;
    let listen = args.listen.or_else(|| args.port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))));
    let password = password(args.listen)?;
    let asks_on_terminal = io::stdin().is_terminal();
    let serving = Serving { listen, password, names: args.allow_host.clone() };
    let review = Review::by(looking, reviewer, Face::Page, now_in_ms);
    // Kept until the pages end: a browser may be slow to start.
    let opened = OnceLock::new();
    let served = serve(serving, review, pictures, stop::asked, |Told::Listening { at, link, links }| {
        // Who cannot be told the link can ask for none: the pages are served nevertheless.
        let _ = tell(out, at, &link, asks_on_terminal);
        if !args.no_open {
            let _ = opened.set(open(&link, links.for_this_user().as_deref()));
        }
        if asks_on_terminal {
            std::thread::spawn(move || give_further_links(&links));
        }
    });
    served.map_err(|error| refused(&error))
}

/// The present, milliseconds since 1970, UTC.
pub fn now_in_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

fn refused(error: &WebError) -> anyhow::Error {
    Refusal { message: error.to_string(), hint: error.hint() }.into()
}

/// Who is at work: as named, or by the login name.
pub fn reviewer(named: Option<&str>) -> anyhow::Result<Reviewer> {
    let login = || ["USER", "LOGNAME"].into_iter().filter_map(|name| env::var(name).ok()).find(|name| !name.trim().is_empty());
    let hint = "name yourself with --reviewer NAME: the name stands in every decision";
    let unknown = || Refusal { message: "nobody says who you are: your login name is not known".to_owned(), hint };
    let name = named.map(str::to_owned).or_else(login).ok_or_else(unknown)?;
    Reviewer::new(&name).map_err(|error| Refusal { message: error.to_string(), hint }.into())
}

/// All servers with the keys that are known. One that is missing hides pictures, and nothing else.
pub fn servers(settings: &Settings, out: Out) -> Vec<ServerRequest> {
    let mut found = Vec::new();
    for (name, known) in &settings.servers.value {
        let Ok(all) = keys::all(settings, name) else { continue };
        let keys: Vec<_> = all.into_iter().filter_map(|of| of.key.ok().flatten().map(|key| (of.owner, key))).collect();
        if keys.is_empty() && out.is_told() {
            let _ = out.text(&format!("{FAINT}no key of immich:{name} is known: its assets cannot be reached{FAINT:#}\n"));
        }
        found.push(ServerRequest {
            server: known.server(name),
            keys,
            prefix_map: known.prefix_map.clone().into_iter().collect(),
        });
    }
    found
}

/// Asked for whenever an address is named: others may connect there, or through what stands before it. Nothing else needs one.
fn password(listen: Option<SocketAddr>) -> anyhow::Result<Option<Password>> {
    if listen.is_none() {
        return Ok(None);
    }
    let typed = hidden::ask("A password for the pages: ")?;
    let typed = typed.trim_end_matches(['\r', '\n']);
    if typed.is_empty() {
        let message = "--listen needs a password, and none was given".to_owned();
        return Err(Refusal { message, hint: "type one when asked, or hand it over as a line of standard input" }.into());
    }
    let password = Password::new(typed);
    let hint = "choose a longer one: it is all that keeps others out";
    password.map(Some).map_err(|weak| Refusal { message: weak.to_string(), hint }.into())
}

fn tell(out: Out, at: SocketAddr, link: &str, asks_on_terminal: bool) -> io::Result<()> {
    if out.is_json() {
        return out.json(&json!({ "command": "review", "address": at.to_string(), "link": link }));
    }
    let more = if asks_on_terminal { ", Enter gives another" } else { "" };
    out.text(&format!(
        "The pages are at {STRONG}{link}{STRONG:#}\n{FAINT}This link works once{more}. Ctrl-C ends the pages; decisions are safe.{FAINT:#}\n"
    ))
}

/// Each line of the terminal asks for one more link.
fn give_further_links(links: &Links) {
    for line in io::stdin().lock().lines() {
        if line.is_err() {
            return;
        }
        let mut to = io::stderr();
        let _ = writeln!(to, "{}", links.another());
    }
}

/// Opens the browser. Other users may read the arguments of a program: it gets a link that is useless to them, or else the page of a
/// file that only this user can read, which goes away with what is returned. Browsers in a box of their own cannot read such a file.
fn open(link: &str, for_this_user: Option<&str>) -> anyhow::Result<Option<NamedTempFile>> {
    match for_this_user {
        Some(link) => start_browser(link.as_ref()).map(|()| None),
        None => {
            let page = page_that_leads_to(link)?;
            start_browser(page.path().as_os_str()).map(|()| Some(page))
        }
    }
}

fn page_that_leads_to(link: &str) -> anyhow::Result<NamedTempFile> {
    let folder = env::var_os("XDG_RUNTIME_DIR").map_or_else(env::temp_dir, Into::into);
    let mut page = tempfile::Builder::new().prefix("lightproof-").suffix(".html").tempfile_in(folder)?;
    write!(
        page,
        "<!doctype html><meta charset=utf-8><meta name=referrer content=no-referrer><title>lightproof</title>\
         <meta http-equiv=refresh content=\"0;url={link}\"><p><a href=\"{link}\">To the pages</a>"
    )?;
    page.flush()?;
    Ok(page)
}

fn start_browser(at: &OsStr) -> anyhow::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut child = Command::new(program)
        .arg(at)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("no browser")?;
    std::thread::spawn(move || child.wait());
    Ok(())
}
