//! What a generated request is, in names: how it was made, and what was changed in it. For counting, never for judging.

use std::fmt;
use std::str::FromStr;

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Valid but for at most one thing, which is known.
    Directed,
    /// A seed, mutated.
    Seeded,
    /// Bytes on a socket.
    Raw,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Directed, Self::Seeded, Self::Raw];

    /// The name, as the command line takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Directed => "directed",
            Self::Seeded => "seeded",
            Self::Raw => "raw",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or(())
    }
}

/// The part of a request or of its situation that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What exists before the request.
    Given,
    /// The member `UserPoolId`.
    UserPoolId,
    /// The member `JobId`.
    JobId,
    /// A member that the operation does not have.
    OtherMember,
    /// The body as a whole.
    Body,
    /// A header.
    Header,
    /// The `X-Amz-Target` header.
    Target,
    /// The method.
    Method,
    /// The path.
    Path,
    /// The signature.
    Signature,
    /// The lines of the head, their ends, and how the body is framed.
    Framing,
}

impl Part {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Given,
        Self::UserPoolId,
        Self::JobId,
        Self::OtherMember,
        Self::Body,
        Self::Header,
        Self::Target,
        Self::Method,
        Self::Path,
        Self::Signature,
        Self::Framing,
    ];

    /// The name: AWS's where it has one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::UserPoolId => "UserPoolId",
            Self::JobId => "JobId",
            Self::OtherMember => "other-member",
            Self::Body => "body",
            Self::Header => "header",
            Self::Target => "target",
            Self::Method => "method",
            Self::Path => "path",
            Self::Signature => "signature",
            Self::Framing => "framing",
        }
    }
}

/// One thing that was changed: `JobId/too-long`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet {
    /// Where.
    pub part: Part,
    /// In which way, in kebab case.
    pub way: &'static str,
}

impl Facet {
    pub(crate) const fn new(part: Part, way: &'static str) -> Self {
        Self { part, way }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part.name(), self.way)
    }
}
