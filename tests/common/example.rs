//! Runs the program of an example, which `cargo test` built, against a server that the test starts.

#![allow(dead_code, unreachable_pub)]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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

/// A command that runs the built example with a token for this server. All other environment
/// variables that a client reads are removed.
pub fn example(name: &str, server: &str) -> Command {
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
        .env("CLOUDFLARE_API_TOKEN", "a-token-of-the-tests")
        .env("CLOUDFLARE_BASE_URL", server);
    command
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
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
