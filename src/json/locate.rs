//! Finds the value at a place in JSON text, in one pass.

use std::ops::Range;

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
            b'"' => at = after_string(bytes, at),
            _ => at = after_word(bytes, at),
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

/// The end of the string that starts at `from`.
fn after_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of the number, or of `true`, `false`, `null`, that starts at `from`.
fn after_word(bytes: &[u8], from: usize) -> usize {
    let is_over = |byte: &u8| b" \n\r\t,:]}[{\"".contains(byte);
    let length = bytes[from..].iter().position(is_over);
    length.map_or(bytes.len(), |length| from + length.max(1))
}
