//! Sequences of operations on the reference, held to the model of a job's life.

use arbitrary::{Arbitrary as _, Unstructured};
use tokio::runtime::{Builder, Runtime};

use crate::campaign::in_process::{Disagreement, agreed};
use crate::generator::Steps;
use crate::lifecycle::{Stage, play};
use crate::reference::Options;

/// What an input came to, for a caller that counts: what each step was answered, in a few words.
pub type Said = Vec<String>;

/// Where sequences are played: an endpoint for each, so that none meets what another left.
#[derive(Debug)]
pub struct Plays {
    options: Options,
    runtime: Runtime,
}

/// A sequence of operations against the state machine of the reference.
pub fn sequence(data: &[u8]) -> arbitrary::Result<Said> {
    thread_local!(static PLAYS: Plays = Plays::new(Options::default()));
    PLAYS.with(|plays| plays.run(data)).map(agreed)
}

impl Plays {
    /// On endpoints with these options.
    pub fn new(options: Options) -> Self {
        // In this process nothing is waited for: the runtime only drives what is asynchronous elsewhere.
        let runtime = Builder::new_current_thread().build();
        Self {
            options,
            runtime: runtime.expect("a runtime without IO needs nothing of the system"),
        }
    }

    /// Plays the sequence that the bytes make.
    pub fn run(&self, data: &[u8]) -> arbitrary::Result<Result<Said, Disagreement>> {
        let Steps(steps) = Steps::arbitrary(&mut Unstructured::new(data))?;
        let mut stage = Stage::in_process(self.options.clone());
        let played = self.runtime.block_on(play(&steps, &mut stage));
        let Some((at, breach)) = played.breaches.first() else {
            return Ok(Ok(played.said.iter().map(ToString::to_string).collect()));
        };
        let trace: Vec<_> = steps
            .iter()
            .zip(&played.said)
            .map(|(step, said)| format!("{step}: {said}"))
            .collect();
        Ok(Err(Disagreement::new(format!(
            "step {} breaks {}: {}\n{}",
            at + 1,
            breach.rule.id,
            breach.violation,
            trace.join("\n")
        ))))
    }
}
