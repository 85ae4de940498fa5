//! Limitations of ureq that the documentation of `UreqTransport` names.

mod common;

use cloudflare_user::{CreatedToken, Error, ErrorKind, ExposeSecret, Policy};
use common::success;
use common::tcp::{Reply, Tcp, lines};

/// Creates a token on a server whose response has these chunks.
fn create_token(chunks: &str) -> Result<CreatedToken, Error> {
    let head = ["HTTP/1.1 200 OK", "transfer-encoding: chunked", ""];
    let response = lines(&[&head, &[chunks][..]].concat());
    let server = Tcp::scripted([Reply::Send(response)]);
    let policy = Policy::allow().permission_group("g").all_zones();
    server.client().create_token("ci", [policy]).send()
}

/// A chunk whose size is followed by an extension.
fn chunk(text: &str, extension: &str) -> String {
    format!("{:x}{extension}\r\n{text}\r\n", text.len())
}

const SHORT_EXTENSION: &str = ";name=value";
const LONG_EXTENSION: &str = ";name=a-value-that-is-too-long";

#[test]
fn accepts_short_chunk_extensions() {
    let body = success(r#"{"id":"1","value":"a-new-secret"}"#);
    let chunks = chunk(&body, SHORT_EXTENSION) + &chunk("", SHORT_EXTENSION);
    let created = create_token(&chunks).unwrap();
    assert_eq!(created.value.expose_secret(), "a-new-secret");
}

/// ureq discards what it read together with the long size line, so the secret can be lost.
#[test]
fn a_long_chunk_extension_is_malformed_and_the_write_may_have_been_applied() {
    let body = success(r#"{"id":"1","value":"a-new-secret"}"#);
    let (start, end) = body.split_at(20);
    for chunks in [
        chunk(&body, LONG_EXTENSION),
        chunk(start, "") + &chunk(end, LONG_EXTENSION),
        chunk(&body, "") + &chunk("", LONG_EXTENSION),
    ] {
        let error = create_token(&chunks).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert_eq!((error.status(), error.attempts()), (Some(200), 1));
        assert!(error.may_have_been_applied(), "{error}");
    }
}
