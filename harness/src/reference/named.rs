//! Enums whose variants have a name in kebab-case and a sentence that says what they do.

/// Declares such an enum. The sentence is the variant's documentation and its `summary`, so the two cannot part.
macro_rules! named {
    (
        $(#[$about:meta])*
        $kind:ident, listed by $list:literal {
            $($(#[doc = $line:literal])+ $variant:ident = $name:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $kind {
            $($(#[doc = $line])+ $variant,)+
        }

        impl $kind {
            /// All of them, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name, in kebab-case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it does, in a sentence.
            pub fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($line,)+).trim_ascii_start(),)+
                }
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $kind {
            type Err = String;

            fn from_str(name: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|each| each.name() == name).ok_or_else(|| {
                    let names = Self::ALL.iter().map(|each| each.name());
                    crate::nearest::did_you_mean(name, names, concat!("`fullstop ", $list, "`"))
                })
            }
        }
    };
}

pub(crate) use named;
