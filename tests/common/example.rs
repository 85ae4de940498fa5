//! Runs the program of an example, which `cargo test` built, against a server that the test starts.

#![allow(dead_code, unreachable_pub)]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::process::{self, Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Status, headers (a line break after each), and body.
pub type Response = (u16, &'static str, String);

/// Starts a server on a free port and returns its URL. `respond` takes the request line and the
/// body.
pub fn serve(respond: impl Fn(&str, &str) -> Response + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let respond = Arc::new(respond);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let respond = respond.clone();
            // The client may be killed at any moment, so an I/O error only ends the connection.
            thread::spawn(move || serve_connection(stream, &*respond).ok());
        }
    });
    format!("http://{address}")
}

fn serve_connection(
    mut stream: TcpStream,
    respond: &dyn Fn(&str, &str) -> Response,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            header.clear();
        }
        let mut request = vec![0; length];
        reader.read_exact(&mut request)?;
        let (status, headers, body) = respond(line.trim(), &String::from_utf8(request).unwrap());
        let length = body.len();
        // One write, because a small write can wait until the one before it is acknowledged.
        let response =
            format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
        stream.write_all(response.as_bytes())?;
    }
}

/// The envelope of a success.
pub fn success(result: &str) -> Response {
    (
        200,
        "",
        format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#),
    )
}

/// A parameter of the query in a request line, decoded.
pub fn parameter(line: &str, name: &str) -> Option<String> {
    let query = line.split([' ', '?']).nth(2)?;
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    parameters
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A command that runs the built example with a token for this server.
pub fn example(name: &str, server: &str) -> Command {
    let mut command = example_without_credential(name);
    command
        .env("CLOUDFLARE_API_TOKEN", "a-token-of-the-tests")
        .env("CLOUDFLARE_BASE_URL", server);
    command
}

/// A command that runs the built example, without the environment variables that a client reads.
pub fn example_without_credential(name: &str) -> Command {
    // The test program is in `deps`, and the examples are in a directory beside it.
    let test = env::current_exe().unwrap();
    let path = test
        .parent()
        .and_then(|deps| deps.parent())
        .unwrap()
        .join("examples")
        .join(name);
    let path = path.with_extension(env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "{} is not built: run `cargo build --examples`",
        path.display()
    );
    let mut command = Command::new(path);
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy().to_lowercase();
        if name.starts_with("cloudflare_") || name.ends_with("_proxy") {
            command.env_remove(variable);
        }
    }
    command
}

/// What a finished program left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub fn expect(self, code: i32, in_stderr: &str) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(self.stderr.contains(in_stderr), "{self:#?}");
        self
    }
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Ran {
    command.stdin(Stdio::null()).output().unwrap().into()
}

/// A running program. It is killed when this is dropped, also by a test that fails.
pub struct Running(Option<Child>);

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        self.0.as_ref().unwrap()
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            _ = child.kill();
            _ = child.wait();
        }
    }
}

/// Starts a program whose output is collected.
pub fn start(command: &mut Command) -> Running {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    Running(Some(child.unwrap()))
}

/// Waits for the end of a program that [`start`] started.
pub fn finish(mut running: Running) -> Ran {
    let child = running.0.take().unwrap();
    child.wait_with_output().unwrap().into()
}

#[cfg(unix)]
pub use rustix::process::Signal;

#[cfg(unix)]
pub fn send_signal(child: &Child, signal: Signal) {
    let process = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(process, signal).unwrap();
}

/// The same command in a shell that runs this first, such as `ulimit -f 8`.
#[cfg(unix)]
pub fn in_shell(first: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("{first}; exec \"$0\" \"$@\""))
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

#[track_caller]
pub fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the condition did not become true within 30 seconds"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// How many times the programs of a test are killed: a few, or as many as `EXAMPLE_KILLS` says.
pub fn kills() -> usize {
    let kills = env::var("EXAMPLE_KILLS").ok();
    kills.map_or(30, |kills| kills.parse().unwrap())
}

/// A new directory, which is removed when this value is dropped.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("cloudflare-user-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
