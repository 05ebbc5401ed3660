//! What all requests share, and the way from a handler to the engine.

use std::sync::{Arc, Mutex, PoisonError};

use lightproof_engine::{
    pictures::{Pictures, Subject, Whereabouts},
    review::Review,
};
use tokio::sync::Semaphore;

use crate::{door::Door, failure::Failure, guard::hosts::Hosts};

/// What all requests share.
pub struct App {
    /// Who may come in.
    pub door: Arc<Door>,
    /// Which hosts a request may name.
    pub hosts: Hosts,
    review: Mutex<Review>,
    pictures: Pictures,
    /// Fewer than there are threads to wait on: however many pictures are on their way, a page finds a thread.
    of_folders: Arc<Semaphore>,
    /// Places of their own: however slow a server is, pictures of folders do not wait for it.
    of_servers: Arc<Semaphore>,
}

/// The same for all handlers.
pub type Shared = Arc<App>;

/// Pictures of folders being made at once; the engine decodes fewer.
const OF_FOLDERS: usize = 12;
/// Pictures of servers being fetched at once.
const OF_SERVERS: usize = 8;

/// Threads that may wait on the engine.
pub const THREADS: usize = OF_FOLDERS + OF_SERVERS + 8;

impl App {
    /// For one review.
    pub fn new(door: Arc<Door>, hosts: Hosts, review: Review, pictures: Pictures) -> App {
        let [of_folders, of_servers] = [OF_FOLDERS, OF_SERVERS].map(|places| Arc::new(Semaphore::new(places)));
        App { door, hosts, review: Mutex::new(review), pictures, of_folders, of_servers }
    }

    /// Asks the engine, on a thread that may wait. What others decided in the meantime is known before.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<App>,
        question: impl FnOnce(&Review) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let app = self.clone();
        let answer = tokio::task::spawn_blocking(move || {
            // Whatever a panic interrupted: the record is written in whole transactions, and the index is renewed from it.
            let review = app.review.lock().unwrap_or_else(PoisonError::into_inner);
            review.looking().refresh()?;
            question(&review)
        });
        answer.await.unwrap_or(Err(Failure::Broken))
    }

    /// Fetches something of an asset's picture, on a thread that may wait, while pages are still answered.
    pub async fn fetch<T: Send + 'static>(
        self: &Arc<App>,
        subject: Subject,
        fetch: impl FnOnce(&Pictures, &Subject) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let places = match subject.whereabouts {
            Whereabouts::Folder { .. } => &self.of_folders,
            Whereabouts::Server { .. } => &self.of_servers,
        };
        let place = places.clone().acquire_owned().await.map_err(|_| Failure::Broken)?;
        let app = self.clone();
        let fetched = tokio::task::spawn_blocking(move || {
            // Held by the work itself: a browser that does not wait for it ends the request, not the work.
            let _place = place;
            fetch(&app.pictures, &subject)
        });
        fetched.await.unwrap_or(Err(Failure::Broken))
    }
}
