//! Serving the pages until asked to stop: where it listens, and what it refuses to listen at.
//!
//! One thread takes connections, each with limits of time and size; what asks the engine runs on threads that may wait.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use lightproof_engine::{pictures::Pictures, review::Review};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use crate::{
    app::{App, THREADS},
    door::{Door, Ends, Links, Password},
    guard::hosts::{Hosts, Local},
    routes,
};

/// More than one person's browsers open; a flood waits outside.
const MOST_CONNECTIONS: usize = 256;
/// Of the head of a request, and between two of them.
const SLOWEST_HEAD: Duration = Duration::from_secs(30);
const LARGEST_HEAD: usize = 32 * 1024;
/// How often it is asked whether to stop.
const LOOK: Duration = Duration::from_millis(100);
/// How long what is under way may take then.
const FAREWELL: Duration = Duration::from_secs(2);

/// Where the pages are served, and for whom.
#[derive(Debug, Default)]
pub struct Serving {
    /// Where to listen; `None` for this machine alone, at a free port.
    pub listen: Option<SocketAddr>,
    /// Without one, nothing but this machine itself is listened to.
    pub password: Option<Password>,
    /// Further names under which the pages are reached, for example behind `tailscale serve`.
    pub names: Vec<String>,
}

/// What the server tells while it runs.
#[derive(Debug)]
pub enum Told {
    /// It listens.
    Listening {
        /// At this address.
        at: SocketAddr,
        /// This link opens the pages, once.
        link: String,
        /// And here are more.
        links: Links,
    },
}

/// Why the pages cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Others could connect, and nothing would hold them back.
    #[error("the pages would be open to others at {at}, without a password")]
    NoPassword {
        /// The address.
        at: SocketAddr,
    },
    /// The address cannot be had.
    #[error("nothing can be served at {at}: {error}")]
    Listen {
        /// The address.
        at: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
    /// The system gives no random numbers, threads or the like.
    #[error("the system does not give what a server needs: {0}")]
    System(io::Error),
}

impl WebError {
    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            WebError::NoPassword { .. } => "give a password, or listen at 127.0.0.1 and come in through an SSH tunnel",
            WebError::Listen { .. } => "choose another port, or leave it out: a free one is found",
            WebError::System(_) => "try again when the machine has less to do",
        }
    }
}

/// Serves the pages of one review until `stop` says so; `tell` hears once where.
///
/// # Errors
/// [`WebError`] when the pages must not or cannot be served there.
pub fn serve(
    serving: Serving,
    review: Review,
    pictures: Pictures,
    stop: impl Fn() -> bool,
    tell: impl Fn(Told),
) -> Result<(), WebError> {
    let at = serving.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    if !at.ip().to_canonical().is_loopback() && serving.password.is_none() {
        return Err(WebError::NoPassword { at });
    }
    getrandom::fill(&mut [0; 1]).map_err(|error| WebError::System(error.into()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(THREADS)
        .enable_all()
        .build()
        .map_err(WebError::System)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(at).await.map_err(|error| WebError::Listen { at, error })?;
        let at = listener.local_addr().map_err(WebError::System)?;
        let door = Arc::new(Door::new(at.port(), serving.password));
        let links = Links::new(door.clone(), format!("http://{}", reached_at(at)));
        let app = App::new(door, Hosts::new(&serving.names), review, pictures);
        tell(Told::Listening { at, link: links.another(), links });
        let app = Arc::new(app);
        // What the overview counts is counted while the browser starts.
        tokio::spawn({
            let app = app.clone();
            async move { app.ask(|review| Ok(review.looking().surveyed().map(|_| ())?)).await }
        });
        take_connections(&listener, &routes::routes(app), stop).await;
        Ok(())
    })?;
    runtime.shutdown_timeout(FAREWELL);
    Ok(())
}

/// What this machine's browser opens: "all addresses" is none that one can go to.
fn reached_at(at: SocketAddr) -> SocketAddr {
    if at.ip().is_unspecified() { SocketAddr::from((Ipv4Addr::LOCALHOST, at.port())) } else { at }
}

async fn take_connections(listener: &TcpListener, router: &Router, stop: impl Fn() -> bool) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    while !stop() {
        let place = match tokio::time::timeout(LOOK, places.clone().acquire_owned()).await {
            Ok(Ok(place)) => place,
            _ => continue,
        };
        match tokio::time::timeout(LOOK, listener.accept()).await {
            Ok(Ok((stream, _))) => {
                let router = router.clone();
                tokio::spawn(async move {
                    answer(stream, router).await;
                    drop(place);
                });
            }
            // Out of file handles, or the other side is gone already: others may still come.
            Ok(Err(_)) => tokio::time::sleep(LOOK).await,
            Err(_) => {}
        }
    }
}

async fn answer(stream: TcpStream, router: Router) {
    // Small answers must not wait for more.
    let _ = stream.set_nodelay(true);
    let (Ok(local), Ok(peer)) = (stream.local_addr(), stream.peer_addr()) else { return };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Local(local));
        request.extensions_mut().insert(Ends { peer, local });
        let router = TowerToHyperService::new(router.clone());
        router.call(request)
    });
    // What ends a connection early is the browser's affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SLOWEST_HEAD)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
