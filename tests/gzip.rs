//! The end of compressed responses: empty bodies, and bytes after a complete stream.

#![cfg(feature = "gzip")]

mod common;

use cloudflare_user::{Deleted, Endpoint, ErrorKind, ExposeSecret, Policy, http};
use common::gzip::compress;
use common::success;
use common::tcp::{Reply, Tcp, lines};

const ENCODINGS: [&str; 4] = ["gzip", "GZIP", "x-gzip", "X-GZip"];

/// A server that sends this head and body to every request and keeps the connection open.
fn server(head: &[&str], body: &[u8]) -> Tcp {
    let head = lines(&[head, &["", ""]].concat());
    Tcp::scripted([Reply::Send([&head, body].concat())])
}

/// A server that sends this compressed body.
fn server_compressing(encoding: &str, body: &[u8]) -> Tcp {
    let encoding = format!("content-encoding: {encoding}");
    let length = format!("content-length: {}", body.len());
    server(&["HTTP/1.1 200 OK", &encoding, &length], body)
}

/// A server that sends this compressed body in chunks.
fn server_sending_chunks(encoding: &str, chunks: &[u8]) -> Tcp {
    let encoding = format!("content-encoding: {encoding}");
    let chunked = "transfer-encoding: chunked";
    server(&["HTTP/1.1 200 OK", &encoding, chunked], chunks)
}

/// A write whose response may have no body.
#[derive(serde::Serialize)]
struct Purge;

impl Endpoint for Purge {
    type Output = Option<Deleted>;
    const METHOD: http::Method = http::Method::POST;
    const UNWRAPPED: bool = true;
    fn path(&self) -> Vec<&str> {
        vec!["purge"]
    }
}

#[test]
fn an_empty_body_is_empty() {
    for encoding in ENCODINGS {
        let header = format!("content-encoding: {encoding}");
        let servers = [
            server(&["HTTP/1.1 204 No Content", &header], b""),
            server_compressing(encoding, b""),
            server_sending_chunks(encoding, b"0\r\n\r\n"),
            server_compressing(encoding, b"\r\n"),
            server_compressing(encoding, b"\0"),
            server_sending_chunks(encoding, b"2\r\n\0\n\r\n0\r\n\r\n"),
        ];
        for server in servers {
            let client = server.client();
            let error = client.user().send().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert!(error.to_string().contains("has no body"), "{error}");
            assert_eq!(error.attempts(), 1, "{error}");
            assert_eq!(error.body(), Some(&b""[..]), "{error}");
            assert_eq!(client.send(&Purge).unwrap(), None);
        }
    }
}

#[test]
fn an_empty_body_without_a_declared_end_is_truncated() {
    let head = lines(&["HTTP/1.1 200 OK", "content-encoding: gzip", "", ""]);
    let server = Tcp::scripted([Reply::Close(head)]);
    let client = server.builder().max_retries(0).build().unwrap();
    let error = client.user().send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
}

#[test]
fn an_empty_stream_is_an_empty_body() {
    let server = server_compressing("gzip", &compress(b""));
    let error = server.client().user().send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert_eq!(error.body(), Some(&b""[..]), "{error}");
}

#[test]
fn ignores_white_space_and_zeros_after_the_secret_of_a_new_token() {
    let created = compress(success(r#"{"id":"1","value":"a-new-secret"}"#).as_bytes());
    let paddings: [&[u8]; 6] = [b"\r\n", b"\n", b" ", b"\0", &[0; 512], &[0; 20_000]];
    for encoding in ENCODINGS {
        for padding in paddings {
            let server = server_compressing(encoding, &[&*created, padding].concat());
            let policy = Policy::allow().permission_group("g").all_zones();
            let client = server.client();
            let created = client.create_token("ci", [policy]).send().unwrap();
            assert_eq!(created.value.expose_secret(), "a-new-secret");
            assert_eq!(server.count(), 1);
        }
    }
}

#[test]
fn a_short_body_that_is_not_gzip_is_malformed() {
    for body in ["null", "{}", "OK", "x"] {
        let server = server_compressing("gzip", body.as_bytes());
        let error = server.client().user().send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert_eq!(error.attempts(), 1, "{error}");
    }
}

#[test]
fn other_bytes_after_the_stream_are_malformed() {
    let user = compress(success(r#"{"id":"7"}"#).as_bytes());
    for encoding in ENCODINGS {
        for other in [
            b"x".as_slice(),
            b"<html>",
            b"\r\n}",
            b"\0\0\x01",
            b"\x1f",
            b"\x1f\x8b",
            &user[..user.len() - 1],
        ] {
            let server = server_compressing(encoding, &[&*user, other].concat());
            let client = server.client();
            let error = client.user().send().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
            assert_eq!(error.attempts(), 1, "{error}");
            let error = client.delete_token("1").send().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
            assert!(error.may_have_been_applied(), "{error}");
        }
    }
}

#[test]
fn a_connection_that_breaks_in_another_member_is_interrupted() {
    let user = compress(success(r#"{"id":"7"}"#).as_bytes());
    let members = [&*user, &user].concat();
    let length = format!("content-length: {}", members.len());
    let head = ["HTTP/1.1 200 OK", "content-encoding: gzip", &length, "", ""];
    let part = &members[..user.len() + 5];
    let server = Tcp::scripted([Reply::Close([&lines(&head), part].concat())]);
    let client = server.builder().max_retries(0).build().unwrap();
    let error = client.user().send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
}

/// The connection is read to the end of the HTTP body, so that it can be used again.
#[test]
fn uses_the_connection_of_a_compressed_response_again() {
    let text = success(r#"{"id":"7"}"#);
    let (first, second) = text.split_at(text.len() / 2);
    let body = [
        compress(first.as_bytes()),
        compress(second.as_bytes()),
        b"\r\n".to_vec(),
    ]
    .concat();
    let length = body.len();
    let size = format!("{length:x}\r\n");
    let last_chunk = b"\r\n0\r\n\r\n";
    let chunks = [size.as_bytes(), &body, last_chunk].concat();
    let servers = [
        server_compressing("gzip", &body),
        server_sending_chunks("gzip", &chunks),
    ];
    for server in servers {
        let client = server.client();
        for _ in 0..3 {
            assert_eq!(client.user().send().unwrap().id, "7");
        }
        assert_eq!(server.connection_count(), 1);
    }
}

#[test]
fn asks_for_gzip_and_for_no_encoding_of_an_export() {
    let server = Tcp::returning(r#"{"id":"7"}"#);
    let client = server.client();
    client.user().send().unwrap();
    let _ = client.audit_logs().export();
    let heads = server.requests();
    let header = |head: &str| head.to_lowercase().contains("accept-encoding: gzip\r\n");
    assert!(header(&heads[0]), "{}", heads[0]);
    let head = heads[1].to_lowercase();
    assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
    assert_eq!(head.matches("accept-encoding").count(), 1, "{head}");
}

#[test]
fn keeps_the_accept_encoding_of_a_custom_agent() {
    let server = Tcp::returning(r#"{"id":"7"}"#);
    for (encoding, expected) in [("", None), ("br", Some("accept-encoding: br\r\n"))] {
        let agent = ureq::Agent::config_builder().accept_encoding(encoding);
        let transport = cloudflare_user::UreqTransport::new(agent.build().into());
        let builder = server.builder().transport(transport);
        builder.build().unwrap().user().send().unwrap();
        let head = server.requests().pop().unwrap().to_lowercase();
        match expected {
            Some(header) => assert!(head.contains(header), "{head}"),
            None => assert!(!head.contains("accept-encoding"), "{head}"),
        }
    }
}
