//! Finds the value at a place in JSON text, in one pass.

use std::ops::Range;

use super::scan::{end_of_string, end_of_word};

/// A list or an object around a place.
enum Around {
    List { index: usize },
    Object { name: Range<usize> },
}

/// Appends to `path` the way to the innermost value of `text` around `offset`, and answers where that value starts.
///
/// The text need not be right after the offset.
pub(super) fn locate(text: &str, offset: usize, path: &mut String) -> usize {
    let bytes = text.as_bytes();
    // Each with where it starts.
    let mut around: Vec<(usize, Around)> = Vec::new();
    let mut at = 0;
    let mut awaits_name = false;
    while let Some(&byte) = bytes.get(at) {
        let from = at;
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' | b':' => {
                at += 1;
                continue;
            }
            b',' => {
                match around.last_mut() {
                    Some((_, Around::List { index })) => *index += 1,
                    Some((_, Around::Object { .. })) => awaits_name = true,
                    None => {}
                }
                at += 1;
                continue;
            }
            b'}' | b']' => {
                at += 1;
                awaits_name = false;
                match around.pop() {
                    Some((from, _)) if at >= offset => return told(text, &around, from, path),
                    _ => continue,
                }
            }
            _ if from > offset => break,
            b'{' => {
                around.push((from, Around::Object { name: 0..0 }));
                awaits_name = true;
                at += 1;
                continue;
            }
            b'[' => {
                around.push((from, Around::List { index: 0 }));
                awaits_name = false;
                at += 1;
                continue;
            }
            b'"' => at = end_of_string(bytes, at).unwrap_or(bytes.len()),
            _ => at = end_of_word(bytes, at).max(at + 1),
        }
        if let (true, Some((_, Around::Object { name }))) = (awaits_name, around.last_mut()) {
            *name = from..at;
            awaits_name = false;
        } else if at >= offset {
            return told(text, &around, from, path);
        }
    }
    let from = around.pop().map_or(0, |(from, _)| from);
    told(text, &around, from, path)
}

fn told(text: &str, around: &[(usize, Around)], from: usize, path: &mut String) -> usize {
    for (_, step) in around {
        match step {
            Around::List { index } => path.push_str(&format!("[{index}]")),
            Around::Object { name } => {
                let name = &text[name.clone()];
                path.push('.');
                path.push_str(&serde_json::from_str(name).unwrap_or_else(|_| name.to_owned()));
            }
        }
    }
    from
}
