//! The emulator in Python that has seven faults, docs/examples/emulator.py.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::command::until;

/// The emulator, until it is dropped.
pub(crate) struct Emulator {
    process: Child,
    pub(crate) url: String,
}

impl Emulator {
    /// Starts it without these faults.
    pub(crate) fn start(fixed: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("its address");
        drop(free);
        let mut command = Command::new("python3");
        command.args(["docs/examples/emulator.py", "--port"]);
        command.arg(address.port().to_string());
        command.args(fixed.iter().flat_map(|name| ["--fix", name]));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("python3");
        until("the emulator listens", Duration::from_secs(20), || {
            TcpStream::connect(address).is_ok()
        });
        Self {
            process,
            url: format!("http://{address}"),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
