//! A fake server with one user, and that user's key as an `Api`.

use std::{collections::BTreeMap, num::NonZeroUsize, ops::ControlFlow, sync::Arc, time::Duration};

use lightproof_sources::immich::{
    api::Api,
    catalogue::{Catalogue, InMemory},
    http::Line,
    key::ApiKey,
    listed::{Listed, RemoteId},
    listing::{ListingError, Refreshed, refresh},
    server::{Patience, Server, ServerUrl, Trust},
    source::ImmichSource,
};
use lightproof_testkit::immich::{FakeImmich, Id, NewAsset};

pub const PERMISSIONS: [&str; 6] = ["asset.read", "asset.view", "asset.download", "asset.statistics", "album.read", "user.read"];

pub struct Remote {
    pub fake: FakeImmich,
    pub alice: Id,
    pub key: String,
}

impl Remote {
    pub fn new() -> Remote {
        Remote::with(&PERMISSIONS)
    }

    pub fn with(permissions: &[&str]) -> Remote {
        let fake = FakeImmich::new();
        let alice = fake.user("Alice");
        let key = fake.key(alice, permissions);
        Remote { fake, alice, key }
    }

    /// One of Alice's assets, a hundred bytes long.
    pub fn asset(&self, number: usize) -> NewAsset {
        NewAsset::of(self.alice, format!("{number:0100}").into_bytes()).named(&format!("{number}.jpg"))
    }

    /// A day goes by: what is there is no longer new.
    pub fn settle(&self) {
        self.fake.advance(Duration::from_secs(86_400));
    }

    pub fn user(&self) -> RemoteId {
        remote(self.alice)
    }

    pub fn api(&self) -> Api {
        api(&self.fake, &self.key)
    }

    pub fn source(&self) -> ImmichSource {
        ImmichSource::new(self.api(), self.user(), "home".to_owned())
    }

    /// Brings a catalogue up to date, and lets the server be changed after each page, counted from 1.
    pub fn refresh_while(
        &self,
        catalogue: &mut InMemory,
        mut after_page: impl FnMut(u64),
    ) -> Result<Refreshed, ListingError<std::convert::Infallible>> {
        let mut pages = 0;
        refresh(&self.api(), self.user(), catalogue, &mut |_| {
            pages += 1;
            after_page(pages);
            ControlFlow::Continue(())
        })
    }

    pub fn refresh(&self, catalogue: &mut InMemory) -> Refreshed {
        self.refresh_while(catalogue, |_| ()).expect("the server can be listed")
    }

    /// What a first listing finds.
    pub fn listed(&self) -> (Refreshed, BTreeMap<RemoteId, Listed>) {
        let mut catalogue = InMemory::default();
        (self.refresh(&mut catalogue), all(&mut catalogue))
    }
}

pub fn remote(id: Id) -> RemoteId {
    RemoteId::parse(&id.to_string()).expect("an id is an id")
}

pub fn api(fake: &FakeImmich, key: &str) -> Api {
    let server = Server {
        name: "home".to_owned(),
        url: ServerUrl::parse(&fake.url()).expect("a fake has an address"),
        trust: Trust::Public,
        concurrency: NonZeroUsize::MIN.saturating_add(3),
        patience: Patience {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(30),
            attempts: 4,
            pause: Duration::from_millis(1),
        },
    };
    Api::with_key(Arc::new(Line::to(server)), ApiKey::new(key).expect("a fake's key is a key"))
}

/// All that a catalogue knows.
pub fn all(catalogue: &mut InMemory) -> BTreeMap<RemoteId, Listed> {
    let mut all = BTreeMap::new();
    let _ = catalogue.for_each(&mut |listed| {
        assert!(all.insert(listed.id, listed.clone()).is_none(), "{} is told twice", listed.id);
        ControlFlow::Continue(())
    });
    all
}
