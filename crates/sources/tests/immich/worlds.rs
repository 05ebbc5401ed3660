//! Whatever a server holds and however it changes, before, between and during listings: the catalogue ends as the server is.

use std::collections::BTreeMap;

use lightproof_sources::immich::{
    catalogue::InMemory,
    listed::{RemoteId, Visibility},
};
use lightproof_testkit::immich::{Id, Moment, Visibility as Shown};
use proptest::prelude::*;

use crate::remote::{Remote, all, remote};

/// Something that happens to a server.
#[derive(Debug, Clone)]
enum Event {
    /// So many are added: of one moment of a few, uploaded in one of a few, shown somewhere, perhaps without metadata.
    Added {
        many: usize,
        moment: i64,
        upload: i64,
        shown: u8,
        extracted: bool,
    },
    Shown(usize, u8),
    Trashed(usize, bool),
    Removed(usize),
    Redated(usize, i64),
    Touched(usize),
    TimePasses(u64),
}

fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        2 => (prop_oneof![4 => 1usize..20, 1 => 900usize..1300], 0i64..4, 0i64..3, 0u8..4, any::<bool>())
            .prop_map(|(many, moment, upload, shown, extracted)| Event::Added { many, moment, upload, shown, extracted }),
        2 => (any::<usize>(), 0u8..4).prop_map(|(which, shown)| Event::Shown(which, shown)),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(which, trashed)| Event::Trashed(which, trashed)),
        2 => any::<usize>().prop_map(Event::Removed),
        1 => (any::<usize>(), 0i64..4).prop_map(|(which, moment)| Event::Redated(which, moment)),
        1 => any::<usize>().prop_map(Event::Touched),
        1 => (1u64..4000).prop_map(Event::TimePasses),
    ];
    proptest::collection::vec(event, 0..most)
}

/// Moments that lie close together: some share a millisecond, some a second.
fn moment(which: i64) -> Moment {
    Moment::from("1969-12-31T23:59:59.999Z").later([0, 400, 1000, 90_000_000][which as usize])
}

fn shown(which: u8) -> Shown {
    [Shown::Timeline, Shown::Archive, Shown::Hidden, Shown::Locked][usize::from(which)]
}

/// A server, and who is on it.
struct World {
    server: Remote,
    there: Vec<Id>,
    added: usize,
}

impl World {
    fn happens(&mut self, event: &Event) {
        let fake = &self.server.fake;
        let one = |which: usize| (!self.there.is_empty()).then(|| self.there[which % self.there.len()]);
        match *event {
            Event::Added { many, moment: at, upload, shown: place, extracted } => {
                for _ in 0..many {
                    self.added += 1;
                    let asset = self.server.asset(self.added).taken(moment(at)).visibility(shown(place));
                    let asset = if upload < 2 {
                        asset.created(Moment::from("2024-01-01T00:00:00.000500Z").later(upload * 2000)).updated(fake.now())
                    } else {
                        asset
                    };
                    self.there.push(fake.add(if extracted { asset } else { asset.not_extracted() }));
                }
            }
            Event::Shown(which, place) => one(which).into_iter().for_each(|id| fake.set_visibility(id, shown(place))),
            Event::Trashed(which, true) => one(which).into_iter().for_each(|id| fake.trash(id)),
            Event::Trashed(which, false) => one(which).into_iter().for_each(|id| fake.restore(id)),
            Event::Removed(which) => {
                if let Some(id) = one(which) {
                    fake.remove(id);
                    self.there.retain(|&there| there != id);
                }
            }
            Event::Redated(which, at) => one(which).into_iter().for_each(|id| fake.redate(id, moment(at))),
            Event::Touched(which) => one(which).into_iter().for_each(|id| fake.touch(id)),
            Event::TimePasses(seconds) => fake.advance(std::time::Duration::from_secs(seconds)),
        }
    }

    /// What is truly there, but for what is locked.
    fn truth(&self) -> BTreeMap<RemoteId, (Visibility, bool)> {
        let states = self.there.iter().filter_map(|&id| Some((id, self.server.fake.state(id)?)));
        let seen = states.filter_map(|(id, (shown, trashed, _))| {
            let visibility = match shown {
                Shown::Timeline => Visibility::Timeline,
                Shown::Archive => Visibility::Archive,
                Shown::Hidden => Visibility::Hidden,
                Shown::Locked => return None,
            };
            Some((remote(id), (visibility, trashed)))
        });
        seen.collect()
    }
}

fn told(catalogue: &mut InMemory) -> BTreeMap<RemoteId, (Visibility, bool)> {
    all(catalogue).into_iter().map(|(id, listed)| (id, (listed.visibility, listed.trashed))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_catalogue_ends_as_the_server_is(
        first in events(12),
        rounds in proptest::collection::vec((events(6), proptest::collection::vec((1u64..12, events(3)), 0..4)), 1..4),
    ) {
        let mut world = World { server: Remote::new(), there: Vec::new(), added: 0 };
        let mut catalogue = InMemory::default();
        first.iter().for_each(|event| world.happens(event));
        for (between, during) in &rounds {
            between.iter().for_each(|event| world.happens(event));
            let (api, user) = (world.server.api(), world.server.user());
            let mut pages = 0;
            let quiet = during.is_empty();
            let refreshed = lightproof_sources::immich::listing::refresh(&api, user, &mut catalogue, &mut |_| {
                pages += 1;
                for (_, events) in during.iter().filter(|(page, _)| *page == pages) {
                    events.iter().for_each(|event| world.happens(event));
                }
                std::ops::ControlFlow::Continue(())
            }).unwrap();
            if quiet {
                prop_assert_eq!(&refreshed.differences, &[]);
                prop_assert_eq!(told(&mut catalogue), world.truth());
            } else if refreshed.differences.is_empty() {
                prop_assert_eq!(told(&mut catalogue).len(), world.truth().len());
            }
        }
        world.server.refresh(&mut catalogue);
        prop_assert_eq!(told(&mut catalogue), world.truth());
    }
}
