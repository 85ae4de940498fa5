//! Compares paths with those of a decoder that tracks them.

#![allow(dead_code, reason = "the models are only decoded")]

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::Value;

use super::path;
use crate::json::error::DecodeError;

/// What an error says, and its path.
struct Failure {
    error: String,
    /// By the position of the error.
    path: String,
    /// As the tracking decoder found it.
    tracked: String,
}

/// Returns how a model cannot be decoded, if it cannot.
fn failure<T: DeserializeOwned>(text: &str) -> Option<Failure> {
    let fails = |start: &str| serde_json::from_str::<T>(start).is_err_and(|error| !error.is_eof());
    let error = DecodeError::from(serde_json::from_str::<T>(text).err()?);
    let deserializer = &mut serde_json::Deserializer::from_str(text);
    let tracked = match serde_path_to_error::deserialize::<_, T>(deserializer) {
        Err(error) => error.path().iter().map(step).collect(),
        // The error is what follows the value.
        Ok(_) => String::new(),
    };
    Some(Failure {
        path: path(text, &error, fails),
        tracked,
        error: error.message,
    })
}

fn step(segment: &serde_path_to_error::Segment) -> String {
    use serde_path_to_error::Segment;

    match segment {
        Segment::Seq { index } => format!("[{index}]"),
        Segment::Map { key } => format!(".{key}"),
        Segment::Enum { variant } => format!(".{variant}"),
        // A name that could not be read.
        Segment::Unknown => String::new(),
    }
}

#[derive(Debug, Deserialize)]
struct Required {
    a: String,
    #[serde(default)]
    b: Vec<Required>,
    c: Option<Box<Required>>,
}

#[derive(Debug, Deserialize)]
struct Lenient<T> {
    a: Option<T>,
    b: Option<Vec<T>>,
    #[serde(default = "BTreeMap::new")]
    c: BTreeMap<String, T>,
    d: Option<Box<Lenient<T>>>,
}

#[derive(Debug, Deserialize)]
struct Flat<T> {
    a: Option<u8>,
    #[serde(flatten)]
    rest: BTreeMap<String, T>,
}

#[derive(Debug, Deserialize)]
struct FlatStruct {
    d: Option<u8>,
    #[serde(flatten)]
    inner: Required,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: Option<u8>,
    b: Option<Box<Strict>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Number(u8),
    Many(Vec<u8>),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "a")]
enum Tagged {
    #[serde(rename = "x")]
    X { b: u8 },
    #[serde(rename = "y")]
    Y { c: Vec<u8> },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum External {
    A(u8),
    B(Vec<String>),
    C { a: u8 },
    D,
}

#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct FromText(String);

impl From<String> for FromText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "BTreeMap<String, Value>")]
struct Small(BTreeMap<String, Value>);

impl TryFrom<BTreeMap<String, Value>> for Small {
    type Error = &'static str;

    fn try_from(map: BTreeMap<String, Value>) -> Result<Self, Self::Error> {
        match map.len() {
            0..=1 => Ok(Self(map)),
            _ => Err("too large"),
        }
    }
}

/// Reads any value and then refuses it, as `opt_id` does.
#[derive(Debug)]
struct Buffered(Value);

impl<'de> Deserialize<'de> for Buffered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            value @ (Value::String(_) | Value::Number(_)) => Ok(Self(value)),
            value => serde_json::from_value::<u8>(value)
                .map(|number| Self(number.into()))
                .map_err(D::Error::custom),
        }
    }
}

/// Reads text and then refuses it.
#[derive(Debug, Deserialize)]
struct Parsed(#[serde(deserialize_with = "parsed")] u8);

fn parsed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}

/// Reads text through a visitor, as times are read.
#[derive(Debug)]
struct Visited;

impl<'de> Deserialize<'de> for Visited {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl Visitor<'_> for TextVisitor {
            type Value = Visited;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("short text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Visited, E> {
                match text.len() {
                    0..=3 => Ok(Visited),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

/// Text that is JSON.
#[derive(Debug)]
struct Nested(Vec<String>);

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

struct Model {
    name: &'static str,
    failure: fn(&str) -> Option<Failure>,
}

macro_rules! models {
    ($($model:ty),* $(,)?) => {
        &[$(Model { name: stringify!($model), failure: failure::<$model> }),*]
    };
}

const MODELS: &[Model] = models![
    String,
    u8,
    f64,
    bool,
    char,
    (),
    Value,
    Vec<u8>,
    Vec<Vec<u8>>,
    Vec<Option<String>>,
    (u8, String),
    [bool; 2],
    BTreeMap<String, u8>,
    BTreeMap<String, Vec<String>>,
    BTreeMap<u8, bool>,
    Required,
    Vec<Required>,
    Strict,
    Lenient<u8>,
    Lenient<String>,
    Lenient<(u8, u8)>,
    Lenient<Required>,
    Lenient<Flat<u8>>,
    Lenient<FlatStruct>,
    Lenient<Strict>,
    Lenient<Untagged>,
    Lenient<Tagged>,
    Lenient<External>,
    Lenient<FromText>,
    Lenient<Small>,
    Lenient<Buffered>,
    Lenient<Parsed>,
    Lenient<Visited>,
    Lenient<Value>,
    Lenient<BTreeMap<u8, bool>>,
    Flat<Value>,
    Flat<Buffered>,
    Vec<Untagged>,
    Vec<Tagged>,
    Vec<External>,
    Vec<Small>,
    Vec<Buffered>,
    Vec<Visited>,
    Vec<Lenient<Parsed>>,
    crate::AuditLog,
    crate::Token,
    crate::Subscription,
    crate::Invite,
    crate::User,
    crate::BillingItem,
    crate::PermissionGroup,
];

const NAMES: [&str; 9] = ["a", "b", "c", "d", "id", "roles", "actor", "x\"\\", "é 💥"];

/// JSON with many ways to write the same value.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec!["0", "12", "-1", "300", "1.5", "1e3", "1e999"]),
        2 => prop::sample::select(vec!["null", "true", "false"]),
        4 => prop::sample::select(vec![r#""""#, r#""x""#, r#""12""#, r#""abcd""#, r#""\u00e9\n""#, r#""é💥""#, r#""\"]}""#]),
        2 => prop::sample::select(vec!["[]", "{}", "[ ]", "{\n}"]),
    ];
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(4, 40, 5, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..4);
        let field = (prop::sample::select(NAMES.to_vec()), any::<bool>(), inner);
        let fields = prop::collection::vec(field, 0..4);
        let space = || prop::sample::select(vec!["", "", " ", "\n", "\r\n\t"]);
        let list = (items, space(), space()).prop_map(|(items, before, after)| {
            format!(
                "[{before}{}{after}]",
                items.join(&format!("{after},{before}"))
            )
        });
        let object = (fields, space(), space()).prop_map(|(fields, before, after)| {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, escaped, value)| {
                    format!("{}{after}:{before}{value}", quoted(name, *escaped))
                })
                .collect();
            format!(
                "{{{before}{}{after}}}",
                fields.join(&format!("{after},{before}"))
            )
        });
        prop_oneof![list, object]
    })
}

fn quoted(name: &str, escaped: bool) -> String {
    if escaped {
        let units: String = name
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect();
        format!("\"{units}\"")
    } else {
        serde_json::to_string(name).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn finds_the_path_of_a_wrong_value_as_the_tracking_decoder_does(text in any_json()) {
        for model in MODELS {
            if let Some(Failure { error, path, tracked }) = (model.failure)(&text) {
                prop_assert_eq!(path, tracked, "{} from {:?}: {}", model.name, text, error);
            }
        }
    }

    #[test]
    fn finds_the_path_of_malformed_json(
        text in any_json(),
        at: prop::sample::Index,
        removed in 0..2_usize,
        inserted in prop::sample::select(FRAGMENTS.to_vec()),
    ) {
        let text = spliced(&text, at, removed, inserted);
        for model in MODELS {
            if let Some(Failure { error, path, tracked }) = (model.failure)(&text) {
                // The position of an incomplete `\u` escape can be after the string that has it.
                // The tracking decoder does not look into ignored fields.
                let is_near = error.starts_with("invalid escape")
                    || path.starts_with(&tracked)
                    || tracked.starts_with(&path);
                prop_assert!(is_near, "{path} and {tracked}: {} from {text:?}: {error}", model.name);
            }
        }
    }
}

const FRAGMENTS: [&str; 15] = [
    "", "x", ",", ":", "[", "]", "{", "}", "\"", "\\", "1", ".", "-", "é", "\u{1}",
];

/// Replaces one character or none, anywhere in a text.
fn spliced(text: &str, at: prop::sample::Index, removed: usize, inserted: &str) -> String {
    let mut letters: Vec<String> = text.chars().map(String::from).collect();
    let start = at.index(letters.len());
    letters.splice(start..start + removed, [inserted.to_owned()]);
    letters.concat()
}

#[test]
fn finds_the_path_of_malformed_json_in_an_ignored_field() {
    for (text, expected) in [
        (r#"{"a":"x","x":NaN}"#, ".x"),
        (r#"{"a":"x","x":[1,2,{"y":[tru]}]}"#, ".x[2].y[0]"),
        (r#"{"a":"x","x":[1 2]}"#, ".x"),
        (r#"{"a":"x","x":[1,]}"#, ".x"),
        (r#"{"a":"x","x":{"y" 1}}"#, ".x"),
        (r#"{"a":"x","x":{"y":}}"#, ".x.y"),
        (r#"{"a":"x","x":{"y":1"#, ".x"),
        (r#"{"a":"x","x":{"y":"#, ".x.y"),
        (r#"{"a":"x","x":[1."#, ".x[0]"),
        (r#"{"a":"x"}}"#, ""),
    ] {
        assert_eq!(failure::<Required>(text).unwrap().path, expected, "{text}");
    }
}

#[test]
fn finds_no_path_by_a_position_in_another_text() {
    for text in [
        r#"{"d":null,"a":"[\"x\", 1]"}"#,
        r#"{"b":[],"a":"{}"}"#,
        r#"{"b":[],"a":"[\"\n\",\n\n 1]"}"#,
    ] {
        let failure = failure::<Lenient<Nested>>(text).unwrap();
        assert_eq!((&*failure.path, &*failure.tracked), ("", ".a"), "{text}");
    }
}

#[test]
fn finds_a_short_path_below_very_many_brackets() {
    let depth = 100_000;
    let text = format!(r#"{{"x":{}NaN{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let path = failure::<Required>(&text).unwrap().path;
    assert!(path.starts_with(".x[0][0]") && path.len() < 1000, "{path}");
}
