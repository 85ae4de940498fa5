use fs_err as fs;

use super::*;

#[test]
fn finds_what_is_missing_of_a_batch() {
    let batch = "one\ntwo\nthree\n";
    for (file, expected) in [
        ("", batch),
        ("o", "ne\ntwo\nthree\n"),
        ("one", "\ntwo\nthree\n"),
        ("one\n", "two\nthree\n"),
        ("one\ntwo\nthr", "ee\n"),
        (batch, ""),
        // Lines of someone else before, between and after.
        ("x\n", batch),
        ("a long line of someone else\none\n", "two\nthree\n"),
        ("one\nx\ntwo\nthree\nx\n", ""),
        ("one\nx\n", "two\nthree\n"),
        // A line of someone else that has no end.
        ("x", "\none\ntwo\nthree\n"),
        ("a long line of someone else", "\none\ntwo\nthree\n"),
        ("one\na long line", "\ntwo\nthree\n"),
        // A torn line that someone else continued is garbage, and the whole line follows.
        ("one\ntwx\n", "two\nthree\n"),
    ] {
        let missing = missing_part(file.as_bytes(), batch.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(missing).unwrap(), expected, "{file:?}");
    }
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn output(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn state(&self) -> StateFile {
        StateFile::lock(&self.0.path().join("state"), "a_script").unwrap()
    }

    fn open(&self) -> Appender<u32> {
        Appender::to_file(&self.output(), self.state(), 0).unwrap()
    }

    fn read(&self) -> String {
        fs::read_to_string(self.output()).unwrap()
    }

    /// Makes the state that a process leaves if it is killed while it appends this batch.
    fn kill_before_appending(&self, batch: &str, position: u32) {
        let file = File::open(self.output()).unwrap();
        let end = End {
            file: FileId::of_new(&file).unwrap(),
            length: file.metadata().unwrap().len(),
        };
        let end = Some(end);
        self.state()
            .save(&Saved { position, end }, batch.as_bytes())
            .unwrap();
    }
}

#[test]
fn appends_batches_and_saves_the_position() {
    let files = Files::new();
    assert_eq!(*files.open().position(), 0);
    for number in 1..=3 {
        let mut appender = files.open();
        assert_eq!(*appender.position(), number - 1);
        appender
            .append(format!("{number}\n").as_bytes(), number)
            .unwrap();
    }
    assert_eq!(files.read(), "1\n2\n3\n");
}

#[test]
fn completes_a_batch_after_a_crash_wherever_it_happened() {
    let batch = "one\ntwo\n";
    for written in 0..=batch.len() {
        let files = Files::new();
        files.open().append(b"zero\n", 1).unwrap();
        files.kill_before_appending(batch, 2);
        let mut output = open_output(&files.output()).unwrap();
        output.write_all(&batch.as_bytes()[..written]).unwrap();

        let mut appender = files.open();
        appender.finish().unwrap();
        assert_eq!(*appender.position(), 2);
        assert_eq!(
            files.read(),
            "zero\none\ntwo\n",
            "{written} bytes were written"
        );
        appender.append(b"three\n", 3).unwrap();
        assert_eq!(files.read(), "zero\none\ntwo\nthree\n");
    }
}

#[test]
fn goes_on_in_the_file_that_is_at_the_path() {
    let files = Files::new();
    let mut appender = files.open();
    let rotated = files.0.path().join("out.1");
    appender.append(b"1\n", 1).unwrap();

    fs::rename(files.output(), &rotated).unwrap();
    appender.append(b"2\n", 2).unwrap();
    assert_eq!(files.read(), "2\n");

    fs::rename(files.output(), &rotated).unwrap();
    fs::write(files.output(), "someone else's\n").unwrap();
    appender.append(b"3\n", 3).unwrap();
    assert_eq!(files.read(), "someone else's\n3\n");

    fs::copy(files.output(), &rotated).unwrap();
    File::create(files.output()).unwrap();
    appender.append(b"4\n", 4).unwrap();
    assert_eq!(files.read(), "4\n");
    assert_eq!(fs::read_to_string(&rotated).unwrap(), "someone else's\n3\n");
}

/// Windows keeps the name of a deleted file until it is closed.
#[test]
#[cfg(unix)]
fn goes_on_in_a_new_file_after_a_deletion() {
    let files = Files::new();
    let mut appender = files.open();
    appender.append(b"1\n", 1).unwrap();
    fs::remove_file(files.output()).unwrap();
    appender.append(b"2\n", 2).unwrap();
    assert_eq!(files.read(), "2\n");
}

#[test]
fn appends_the_whole_batch_if_the_file_was_rotated_after_a_crash() {
    for rotate in [
        (|path| fs::rename(path, path.with_extension("1")).unwrap()) as fn(&Path),
        |path| drop(File::create(path).unwrap()),
        |path| fs::remove_file(path).unwrap(),
    ] {
        let files = Files::new();
        files.open().append(b"zero\n", 1).unwrap();
        files.kill_before_appending("one\ntwo\n", 2);
        rotate(&files.output());
        files.open().finish().unwrap();
        assert_eq!(files.read(), "one\ntwo\n");
    }
}

#[test]
fn keeps_lines_of_someone_else() {
    let files = Files::new();
    let mut appender = files.open();
    appender.append(b"1\n", 1).unwrap();
    let mut output = open_output(&files.output()).unwrap();
    output.write_all(b"a line\nand one without an end").unwrap();
    appender.append(b"2\n", 2).unwrap();
    drop(appender);
    files.open().append(b"3\n", 3).unwrap();
    let expected = "1\na line\nand one without an end\n2\n3\n";
    assert_eq!(files.read(), expected);
}

#[test]
fn refuses_a_file_with_content_if_the_state_is_missing() {
    let files = Files::new();
    fs::write(files.output(), "precious\n").unwrap();
    let refused = Appender::to_file(&files.output(), files.state(), 0);
    let text = refused.err().unwrap().text().to_owned();
    assert!(text.contains("out has content, but"), "{text}");
    assert_eq!(files.read(), "precious\n");
}

#[test]
fn refuses_a_state_that_is_its_own_output() {
    let files = Files::new();
    let path = files.0.path().join("state");
    assert!(Appender::to_file(&path, files.state(), 0).is_err());
}
