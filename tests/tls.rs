//! Certificates that are trusted or refused, by the default client and with a custom agent. Also
//! the errors if a feature for TLS is not enabled.

mod common;

use cloudflare_user::{Client, ErrorKind, UreqTransport};
use common::network::{Tls, in_environment, print_user};

fn client_of(url: &str) -> Client {
    let client = Client::builder().api_token("a-token-of-the-tests");
    client.base_url(url).build().unwrap()
}

fn client_with(agent: ureq::Agent, url: &str) -> Client {
    let client = Client::builder().api_token("a-token-of-the-tests");
    let transport = UreqTransport::new(agent);
    client.base_url(url).transport(transport).build().unwrap()
}

#[test]
fn sends_a_request_in_a_child_process() {
    if let Ok(url) = std::env::var("BASE_URL") {
        print_user(&client_of(&url));
    }
}

/// The outcome of a request by the default client, on a machine that trusts the certificate of the
/// server.
#[allow(dead_code)]
fn on_a_machine_that_trusts(server: &Tls) -> String {
    let file = std::env::temp_dir().join(format!("roots-{}.pem", server.address.port()));
    std::fs::write(&file, &server.pem).unwrap();
    let printed = on_a_machine_with_roots(file.to_str().unwrap(), server);
    std::fs::remove_file(&file).unwrap();
    printed
}

/// The outcome of a request by the default client, on a machine that trusts the certificates in
/// this file.
#[allow(dead_code)]
fn on_a_machine_with_roots(file: &str, server: &Tls) -> String {
    let variables = [
        ("BASE_URL", &*server.url),
        ("SSL_CERT_FILE", file),
        ("SSL_CERT_DIR", "/nowhere"),
    ];
    in_environment("sends_a_request_in_a_child_process", &variables)
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod with_a_provider {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::Ordering;
    use std::thread;

    use super::*;
    use common::network::trusting;

    #[test]
    fn refuses_an_untrusted_certificate_and_sends_nothing() {
        let server = Tls::new();
        let client = client_of(&server.url);
        let error = client.user().send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Certificate, "{error}");
        assert!(
            error.to_string().contains("certificate was refused"),
            "{error}"
        );
        assert_eq!(
            (error.attempts(), server.connections.load(Ordering::SeqCst)),
            (1, 1)
        );
        let error = client.delete_token("1").send().unwrap_err();
        assert!(!error.may_have_been_applied(), "{error}");
        assert!(server.requests().is_empty());
    }

    #[test]
    fn accepts_a_certificate_that_a_custom_agent_trusts() {
        let server = Tls::new();
        let agent = ureq::Agent::config_builder()
            .tls_config(trusting(&server.certificate))
            .proxy(None)
            .build();
        let client = client_with(agent.into(), &server.url);
        assert_eq!(client.user().send().unwrap().id, "7");
    }

    #[test]
    fn reports_that_the_server_requires_a_client_certificate() {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let server = Tls::requiring_client_certificates(version);
            let agent = ureq::Agent::config_builder()
                .tls_config(trusting(&server.certificate))
                .proxy(None)
                .build();
            let client = client_with(agent.into(), &server.url);
            for error in [
                client.user().send().unwrap_err(),
                client.delete_token("1").send().unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Certificate, "{version:?}: {error}");
                assert!(!error.may_have_been_applied(), "{version:?}: {error}");
                assert!(
                    error.to_string().contains("client certificate"),
                    "{version:?}: {error}"
                );
                assert_eq!(error.attempts(), 1, "{version:?}: {error}");
            }
            assert!(server.requests().is_empty());
        }
    }

    #[test]
    fn does_not_retry_if_the_server_does_not_use_tls() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .unwrap();
            stream.read(&mut [0; 4096]).unwrap()
        });
        let error = client_of(&url).user().send().unwrap_err();
        assert_eq!(error.attempts(), 1, "{error}");
        assert!(server.join().unwrap() > 0);
    }
}

/// With these features the client uses the roots of the operating system. On Linux, environment
/// variables name them.
#[cfg(all(
    target_os = "linux",
    any(
        feature = "platform-verifier",
        all(feature = "native-tls", not(feature = "rustls"))
    )
))]
mod with_system_roots {
    use super::*;

    #[test]
    fn accepts_a_certificate_that_the_system_trusts() {
        let server = Tls::new();
        let printed = on_a_machine_that_trusts(&server);
        assert!(printed.contains("user 7"), "{printed}");
    }

    #[test]
    fn refuses_every_certificate_on_a_machine_without_roots() {
        let server = Tls::new();
        let printed = on_a_machine_with_roots("/nowhere", &server);
        assert!(
            printed.contains("Certificate, no parameter: ") && printed.contains("certificate"),
            "{printed}"
        );
        assert!(
            printed.contains("`SSL_CERT_FILE` names `/nowhere`: No such file"),
            "{printed}"
        );
        assert!(server.requests().is_empty());
    }
}

#[cfg(all(feature = "rustls", not(feature = "platform-verifier")))]
#[test]
fn uses_the_roots_of_mozilla_instead_of_those_of_the_system() {
    let server = Tls::new();
    let printed = on_a_machine_that_trusts(&server);
    assert!(printed.contains("certificate was refused"), "{printed}");
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn refuses_https_without_a_tls_feature_and_names_the_features() {
    let server = Tls::new();
    let agent = ureq::Agent::config_builder().proxy(None).build();
    for client in [
        client_of(&server.url),
        client_with(agent.into(), &server.url),
    ] {
        let error = client.delete_token("1").send().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("https needs TLS: enable the feature `rustls` or `native-tls`"),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!((error.parameter(), error.attempts()), (None, 0), "{error}");
        assert!(!error.may_have_been_applied(), "{error}");
    }
    assert_eq!(
        server.connections.load(std::sync::atomic::Ordering::SeqCst),
        0
    );
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn names_the_missing_feature_that_a_custom_agent_needs() {
    use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
    let with = |provider, roots| {
        TlsConfig::builder()
            .provider(provider)
            .root_certs(roots)
            .build()
    };
    let configs = [
        (
            "rustls",
            cfg!(feature = "rustls"),
            with(TlsProvider::Rustls, RootCerts::WebPki),
        ),
        (
            "native-tls",
            cfg!(feature = "native-tls"),
            with(TlsProvider::NativeTls, RootCerts::WebPki),
        ),
        (
            "platform-verifier",
            cfg!(feature = "platform-verifier"),
            with(TlsProvider::Rustls, RootCerts::PlatformVerifier),
        ),
    ];
    let server = Tls::new();
    for (feature, is_enabled, config) in configs {
        let agent = ureq::Agent::config_builder()
            .tls_config(config)
            .proxy(None)
            .build();
        let error = client_with(agent.into(), &server.url)
            .user()
            .send()
            .unwrap_err();
        let names_a_feature = error.to_string().contains("enable the feature `");
        assert_eq!(names_a_feature, !is_enabled, "{feature}: {error}");
        // With the feature, the agent does not trust the server.
        let expected = if is_enabled {
            ErrorKind::Certificate
        } else {
            ErrorKind::Configuration
        };
        assert_eq!(error.kind(), expected, "{feature}: {error}");
    }
    assert!(server.requests().is_empty());
}
