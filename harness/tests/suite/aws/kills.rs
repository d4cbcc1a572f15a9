//! Commands that are ended at any moment leave nothing that `sweep` does not delete.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Scene;
use crate::command::{command, fullstop};

/// How often a run is killed, where FULLSTOP_KILLS says nothing.
const KILLS: usize = 6;

/// How long a run may take to end once it was asked to.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at a process.
const LOOK: Duration = Duration::from_millis(5);

const SIGNALS: [&str; 3] = ["INT", "TERM", "KILL"];

/// What makes, starts and deletes all the time.
const COMMANDS: [&[&str]; 3] = [
    &["run", "--filter", "job-id/", "--quiet"],
    &["fuzz", "--execs", "400", "--findings", "kills-findings"],
    &[
        "lifecycle",
        "--no-walk",
        "--sequences",
        "60",
        "--races",
        "6",
    ],
];

const FOREIGN: &str = "fullstop-users";

#[test]
#[expect(
    clippy::print_stdout,
    reason = "a test shows its output where it fails: this is how to repeat it"
)]
fn a_command_killed_at_any_moment_leaves_nothing_that_sweep_does_not_delete() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let kills = number("FULLSTOP_KILLS").unwrap_or(KILLS);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("FULLSTOP_KILLS_SEED").unwrap_or(since.as_millis() as usize);
    println!("FULLSTOP_KILLS={kills} FULLSTOP_KILLS_SEED={seed}");
    let scene = Scene::start(&[]);
    scene.make_pool(FOREIGN);
    let mut random = Random(seed as u64);
    let mut left = [0; SIGNALS.len()];
    let wholes = COMMANDS.map(|arguments| {
        let whole = Instant::now();
        wait(&mut begun(&scene, arguments, false));
        whole.elapsed()
    });
    for round in 0..kills {
        let (kind, place) = (
            round % SIGNALS.len(),
            round / SIGNALS.len() % COMMANDS.len(),
        );
        let (signal, arguments, whole) = (SIGNALS[kind], COMMANDS[place], wholes[place]);
        let after = whole.mul_f64(random.unit());
        let is_unread = random.unit() < 0.5;
        let mut child = begun(&scene, arguments, is_unread);
        let started = Instant::now();
        while started.elapsed() < after && child.try_wait().unwrap().is_none() {
            let rest = after.saturating_sub(started.elapsed());
            std::thread::park_timeout(rest.min(LOOK));
        }
        send(&child, signal);
        let code = wait(&mut child);
        let context = format!(
            "round {round}, SIG{signal} to {} after {after:?} of {whole:?}, output unread: {is_unread}, seed {seed}",
            arguments[0]
        );
        let remaining = scene.pools();
        left[kind] += remaining.len() - 1;
        if signal != "KILL" {
            // 0 if it had finished before, and none if it had not yet begun to listen.
            assert!(matches!(code, Some(130 | 0) | None), "{context}: {code:?}");
            assert_eq!(remaining, [FOREIGN], "{context}: it leaves nothing at all");
        }
        let swept = fullstop(&["sweep", "--endpoint", &scene.served.url]);
        assert_eq!(swept.code, 0, "{context}: {}", swept.stderr);
        assert_eq!(scene.pools(), [FOREIGN], "{context}");
    }
    println!("left by {SIGNALS:?}: {left:?}, all swept");
}

#[test]
fn a_second_interrupt_ends_at_once_and_says_what_sweep_deletes() {
    let scene = Scene::start(&[]);
    // So slow that cleaning up takes a while.
    let text = fs::read_to_string(scene.config()).unwrap();
    let text = text.replace("quota = \"aws\"", "requests_per_second = 20");
    fs::write(scene.config(), text).unwrap();
    let mut child = command(&["run", "--config", &scene.config(), "--filter", "job-id/"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    while scene.pools().len() < 4 {
        assert!(Instant::now() < deadline, "the run gets going");
    }
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    send(&child, "INT");
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    assert!(line.starts_with("interrupted"), "{line}");
    let asked = Instant::now();
    send(&child, "INT");
    let code = wait(&mut child);
    assert_eq!(code, Some(130));
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    let mut said = String::new();
    errors.read_to_string(&mut said).unwrap();
    let (_, sweep) = said
        .split_once("`fullstop ")
        .unwrap_or_else(|| panic!("no sweep in {said:?}"));
    let (sweep, _) = sweep.split_once('`').unwrap();
    let left = scene.pools();
    assert!(!left.is_empty(), "there was something to leave");
    for word in ["sweep", "--config", "--run"] {
        assert!(sweep.contains(word), "{sweep}");
    }
    let swept = fullstop(&sweep.split(' ').collect::<Vec<_>>());
    assert_eq!(swept.code, 0, "{}", swept.stderr);
    assert_eq!(scene.pools(), Vec::<String>::new(), "as it was said");
}

/// A command on the scene's endpoint, with its output going nowhere or to pipes that nobody reads.
fn begun(scene: &Scene, arguments: &[&str], is_unread: bool) -> Child {
    let out = || match is_unread {
        true => Stdio::piped(),
        false => Stdio::null(),
    };
    let target = ["--endpoint", &scene.served.url];
    let mut child = command(&[arguments, &target].concat())
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdout(out())
        .stderr(out())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    child
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{signal}"), &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
    // It may have ended by itself: then there is nobody to tell.
    assert!(sent.is_ok());
}

fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            panic!("the run does not end");
        }
        std::thread::park_timeout(LOOK);
    }
}

/// Splitmix64.
struct Random(u64);

impl Random {
    /// From nought up to one.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}
