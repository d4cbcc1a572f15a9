//! Events as they are recorded, and as they are played again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::recording::{Event, Recording, Track};

/// Takes down what happens, track by track. Used from many tasks at once.
#[derive(Debug, Default)]
pub struct Tape {
    tracks: Mutex<BTreeMap<String, Track>>,
}

impl Tape {
    /// Takes down an event of a track. `at` is asked for the first one only.
    pub fn push(&self, track: &str, event: Event, at: impl FnOnce() -> String) {
        let mut tracks = locked(&self.tracks);
        let track = tracks.entry(track.to_owned()).or_insert_with(|| Track {
            name: track.to_owned(),
            at: at(),
            events: Vec::new(),
        });
        track.events.push(event);
    }

    /// What was taken down.
    pub fn tracks(&self) -> Vec<Track> {
        locked(&self.tracks).values().cloned().collect()
    }
}

/// Plays a recording, track by track.
#[derive(Debug)]
pub struct Player {
    tracks: Mutex<BTreeMap<String, VecDeque<Event>>>,
}

impl Player {
    /// Plays a recording from the beginning of each track.
    pub fn of(recording: &Recording) -> Self {
        let tracks = recording
            .tracks
            .iter()
            .map(|(name, (track, _))| (name.clone(), track.events.iter().cloned().collect()))
            .collect();
        Self {
            tracks: Mutex::new(tracks),
        }
    }

    /// The next event of a track, or why there is none.
    pub fn next(&self, track: &str) -> Result<Event, String> {
        let mut tracks = locked(&self.tracks);
        let Some(events) = tracks.get_mut(track) else {
            return Err("it is not in the recording".to_owned());
        };
        events
            .pop_front()
            .ok_or_else(|| "the recording holds less than the case asks for today".to_owned())
    }

    /// The next event of a track, which stays the next one.
    pub fn peek(&self, track: &str) -> Option<Event> {
        locked(&self.tracks).get(track)?.front().cloned()
    }
}

/// A panic elsewhere leaves the events as they are.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
