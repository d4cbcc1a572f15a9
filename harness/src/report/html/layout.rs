//! A JSON text on lines of its own, each with its place: every lexeme as it came, in its order, doubled members too.
//!
//! A parser would lose just what a finding is about. What is no JSON, or ends early, stays as it is from there on.

/// The deepest indentation. A hostile body can be nowhere but deep.
const DEPTH_SHOWN_MAX: usize = 20;

/// A line of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The text, indented.
    pub text: String,
    /// The place of the value on it, such as `/UserImportJob/Status`; the root's is empty. None where nothing begins.
    pub place: Option<String>,
}

/// Lays a body out.
pub fn layout(body: &str) -> Vec<Placed> {
    let mut writer = Writer::default();
    let end = writer.read(body);
    writer.end_line();
    let rest = body[end..].trim_end();
    let verbatim = |text: &str| Placed {
        text: text.to_owned(),
        place: None,
    };
    writer.lines.extend(rest.lines().map(verbatim));
    if let Some(first) = writer.lines.first_mut() {
        // Whatever the body is, it begins here.
        first.place.get_or_insert_default();
    }
    writer.lines
}

/// An open object or list.
struct Frame {
    place: String,
    close: char,
    index: usize,
    /// The member whose value comes next.
    key: Option<String>,
}

#[derive(Default)]
struct Writer {
    lines: Vec<Placed>,
    line: String,
    place: Option<String>,
    open: Vec<Frame>,
    /// Whether the outermost value is over.
    over: bool,
}

impl Writer {
    /// Reads as far as it is JSON, and says how far that is.
    fn read(&mut self, body: &str) -> usize {
        let mut at = 0;
        loop {
            at += body[at..].len() - body[at..].trim_start().len();
            let rest = &body[at..];
            let Some(letter) = rest.chars().next() else {
                return at;
            };
            let size = match letter {
                '{' | '[' => self.begin(rest, letter),
                '}' | ']' => self.close(letter),
                ',' => self.comma(),
                ':' => self.colon(),
                _ => self.value(rest),
            };
            match size {
                Some(size) => at += size,
                None => return at,
            }
        }
    }

    fn begin(&mut self, rest: &str, letter: char) -> Option<usize> {
        let place = self.next_place()?;
        let close = if letter == '{' { '}' } else { ']' };
        let inside = rest[1..].trim_start();
        self.place = Some(place.clone());
        self.line.push(letter);
        if inside.starts_with(close) {
            self.line.push(close);
            self.over = self.open.is_empty();
            return Some(rest.len() - inside.len() + 1);
        }
        self.end_line();
        self.open.push(Frame {
            place,
            close,
            index: 0,
            key: None,
        });
        Some(1)
    }

    fn close(&mut self, letter: char) -> Option<usize> {
        self.open.last().filter(|frame| frame.close == letter)?;
        self.end_line();
        self.open.pop();
        self.line.push(letter);
        self.over = self.open.is_empty();
        Some(1)
    }

    fn comma(&mut self) -> Option<usize> {
        let frame = self.open.last_mut()?;
        frame.index += 1;
        frame.key = None;
        self.line.push(',');
        self.end_line();
        Some(1)
    }

    fn colon(&mut self) -> Option<usize> {
        self.open.last()?.key.as_ref()?;
        self.line.push_str(": ");
        Some(1)
    }

    /// A member's name, or a value that holds no others.
    fn value(&mut self, rest: &str) -> Option<usize> {
        let size = if rest.starts_with('"') {
            text_size(rest)?
        } else {
            let ends = |letter: char| letter.is_whitespace() || ",:{}[]\"".contains(letter);
            rest.find(ends).unwrap_or(rest.len())
        };
        let lexeme = &rest[..size];
        serde_json::from_str::<serde::de::IgnoredAny>(lexeme).ok()?;
        let is_name = |frame: &&mut Frame| frame.close == '}' && frame.key.is_none();
        if let Some(frame) = self.open.last_mut().filter(|frame| is_name(frame)) {
            let name: String = serde_json::from_str(lexeme).ok()?;
            self.place = Some(format!("{}/{name}", frame.place));
            frame.key = Some(name);
        } else {
            self.place = Some(self.next_place()?);
            self.over = self.open.is_empty();
        }
        self.line.push_str(lexeme);
        Some(size)
    }

    /// The place of the value that comes next, if one may.
    fn next_place(&self) -> Option<String> {
        match self.open.last() {
            None => (!self.over).then(String::new),
            Some(frame) if frame.close == ']' => Some(format!("{}/{}", frame.place, frame.index)),
            Some(frame) => {
                let key = frame.key.as_ref()?;
                Some(format!("{}/{key}", frame.place))
            }
        }
    }

    fn end_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        let depth = self.open.len().min(DEPTH_SHOWN_MAX);
        self.lines.push(Placed {
            text: format!("{}{}", "  ".repeat(depth), self.line),
            place: self.place.take(),
        });
        self.line.clear();
    }
}

/// The size of the text that begins here, with its quotes.
fn text_size(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
