//! A gate that can be closed: whoever is inside may go on to the end, and nobody enters.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// A gate, open at first.
#[derive(Debug, Default)]
pub(crate) struct Gate(watch::Sender<State>);

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    inside: usize,
}

/// Someone inside, until it is dropped.
#[derive(Debug)]
pub(crate) struct Inside(Arc<Gate>);

/// A closed gate. It is opened when this is dropped.
#[derive(Debug)]
pub(crate) struct Closed(Arc<Gate>);

impl Gate {
    /// Enters, once it is open.
    pub(crate) async fn enter(self: Arc<Self>) -> Inside {
        let mut state = self.0.subscribe();
        let enter = |state: &mut State| {
            state.inside += usize::from(!state.is_closed);
            !state.is_closed
        };
        while !self.0.send_if_modified(enter) {
            // The sender is here, so that there is always more to hear of.
            let _ = state.wait_for(|state| !state.is_closed).await;
        }
        Inside(self)
    }

    /// Closes it, and waits until nobody is inside, but no longer than that.
    pub(crate) async fn close(self: Arc<Self>, patience: Duration) -> Closed {
        self.0.send_modify(|state| state.is_closed = true);
        let closed = Closed(self);
        let mut state = closed.0.0.subscribe();
        let _ = timeout(patience, state.wait_for(|state| state.inside == 0)).await;
        closed
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.0.send_modify(|state| state.inside -= 1);
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.0.send_modify(|state| state.is_closed = false);
    }
}
