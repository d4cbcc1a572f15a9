//! What was learnt of a target: for each state and each operation, what it answers and where the job is afterwards.

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Act, Level};
use crate::contract::Status;
use crate::oracle::{Brief, Entry, Rule, Statuses, Wanted, entry};

/// Where a job can be: what a status says, and whether a job that was made has its file.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum State {
    /// There is no such job.
    Nothing,
    /// Created, without its CSV file.
    CreatedWithoutFile,
    /// In a status; if it is Created, with its CSV file.
    In(Status),
}

impl State {
    /// All of them, in the order of a job's life.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let first = [Self::Nothing, Self::CreatedWithoutFile];
        let order = [
            Status::Created,
            Status::Pending,
            Status::InProgress,
            Status::Stopping,
            Status::Stopped,
            Status::Succeeded,
            Status::Failed,
            Status::Expired,
        ];
        first.into_iter().chain(order.map(Self::In))
    }

    /// The status, if there is a job.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Nothing => None,
            Self::CreatedWithoutFile => Some(Status::Created),
            Self::In(status) => Some(status),
        }
    }

    /// What the table says of an operation that meets it.
    pub(crate) fn entry(self, act: Act) -> Option<Entry> {
        entry(self.status(), act)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no job"),
            Self::CreatedWithoutFile => f.write_str("Created, no file"),
            Self::In(status) => status.fmt(f),
        }
    }
}

/// How what was observed stands to what is documented.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As the evidence has it.
    Documented,
    /// Nothing is established: it is recorded, not judged.
    Open,
    /// The evidence does not permit it.
    Different,
}

/// What one operation makes of one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edge {
    /// Where the job was.
    pub from: State,
    /// The operation.
    pub act: Act,
    /// What it was answered, in a few words.
    pub answer: Brief,
    /// Whether it was granted. None: that was not told.
    pub granted: Option<bool>,
    /// Where the job was seen afterwards. Nothing: it was gone.
    pub to: Option<State>,
    /// Whether that was shown. If not, it follows from the last accepted operation.
    pub is_shown: bool,
    /// How that stands to what is documented.
    pub standing: Standing,
    /// The rule that it keeps or breaks.
    pub rule: String,
    /// How firmly that rule stands.
    pub level: Level,
}

/// What was learnt of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Automaton {
    /// In the order of the states and of a job's life.
    pub edges: Vec<Edge>,
    /// The statuses that were not reached, each with the reason.
    pub unreached: BTreeMap<Status, String>,
}

/// The states that every endpoint has which can be judged at all, and that a driver can bring about there.
const ESSENTIAL: [State; 4] = [
    State::Nothing,
    State::CreatedWithoutFile,
    State::In(Status::Created),
    State::In(Status::Stopped),
];

/// How many operations meet a job that is there, and how many one that is not.
const MEETINGS: u64 = 7;
const MEETINGS_WITHOUT_JOB: u64 = 4;

impl Automaton {
    /// How many meetings in essential states told something, and how many there are. A running job counts in whichever of its
    /// two statuses it was met.
    pub(crate) fn told(&self) -> (u64, u64) {
        let told = |is_meant: &dyn Fn(State) -> bool| {
            let edges = self.edges.iter();
            let told = edges.filter(|edge| is_meant(edge.from) && edge.granted.is_some());
            told.map(|edge| edge.act).collect::<BTreeSet<_>>().len() as u64
        };
        let is_running = |state: State| state.status().is_some_and(Status::is_started);
        let essential = ESSENTIAL.map(|state| told(&|from| from == state));
        let of = MEETINGS_WITHOUT_JOB + ESSENTIAL.len() as u64 * MEETINGS;
        (essential.iter().sum::<u64>() + told(&is_running), of)
    }

    /// Why most of the other meetings told nothing.
    pub(crate) fn why_untold(&self) -> Option<String> {
        let untold = self.edges.iter().filter(|edge| edge.granted.is_none());
        let answers = untold.map(|edge| format!("{} was answered with {}", edge.act, edge.answer));
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for reason in self.unreached.values().cloned().chain(answers) {
            *reasons.entry(reason).or_default() += 1;
        }
        let most = reasons.into_iter().max_by_key(|(_, count)| *count);
        most.map(|(reason, _)| reason)
    }
}

/// What was seen of an operation that met a state.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) from: State,
    pub(crate) act: Act,
    pub(crate) answer: Brief,
    pub(crate) granted: Option<bool>,
    /// None: the job could not be read.
    pub(crate) to: Option<State>,
    pub(crate) is_shown: bool,
}

impl Edge {
    /// Holds what was seen to the table. None where the table says nothing.
    pub(crate) fn judge(seen: Seen) -> Option<Self> {
        let entry = seen.from.entry(seen.act)?;
        let (standing, rule) = stand(&seen, &entry);
        Some(Self {
            from: seen.from,
            act: seen.act,
            answer: seen.answer,
            granted: seen.granted,
            to: seen.to,
            is_shown: seen.is_shown,
            standing,
            rule: rule.id.to_owned(),
            level: rule.level,
        })
    }

    /// Whether the job is elsewhere afterwards.
    pub(crate) fn moves(&self) -> bool {
        self.to.is_some_and(|to| to != self.from)
    }
}

fn stand(seen: &Seen, entry: &Entry) -> (Standing, Rule) {
    let from = seen.from;
    let to = seen.to.and_then(State::status);
    let is_gone = seen.to == Some(State::Nothing);
    let recorded = |rule: Rule| {
        let is_open = entry.wanted == Wanted::Either || rule.level == Level::Observe;
        let standing = if is_open {
            Standing::Open
        } else {
            Standing::Documented
        };
        (standing, rule)
    };
    let Some(granted) = seen.granted else {
        return (Standing::Open, entry.answer);
    };
    if seen.act == Act::StartUserImportJob && from == State::CreatedWithoutFile {
        let rule = Rule::named("start-needs-file").unwrap_or(entry.answer);
        return match granted {
            true => (Standing::Different, rule),
            false => (Standing::Documented, rule),
        };
    }
    match (entry.wanted, granted) {
        (Wanted::Refused, true) => return (Standing::Different, entry.answer),
        // A URL is good for 15 minutes, and for those who send the right headers.
        (Wanted::Granted, false) if seen.act == Act::Upload => {
            return (Standing::Open, entry.answer);
        }
        // What else an endpoint may have against a start is not known here.
        (Wanted::Granted, false) if seen.act == Act::StartUserImportJob => {
            return (Standing::Open, entry.answer);
        }
        (Wanted::Granted, false) if seen.act == Act::StopUserImportJob => {
            let still_runs = to.is_some_and(Status::is_started);
            let standing = if still_runs {
                Standing::Different
            } else {
                Standing::Open
            };
            return (standing, entry.answer);
        }
        (Wanted::Granted, false) if seen.act == Act::DeleteUserPool => {
            let is_import = seen.answer.said() == Some("UserImportInProgressException");
            let standing = if is_import {
                Standing::Different
            } else {
                Standing::Open
            };
            return (standing, entry.answer);
        }
        (Wanted::Granted, false) => return (Standing::Different, entry.answer),
        _ => {}
    }
    let may_be_gone = seen.act == Act::DeleteUserPool && granted || from == State::Nothing;
    if is_gone && !may_be_gone {
        return (Standing::Different, entry.status);
    }
    let permitted = match from.status() {
        Some(status) if !granted => Statuses::of(&[status]).in_time(),
        _ => entry.to.in_time(),
    };
    if let Some(to) = to {
        let lives_on = seen.act == Act::DeleteUserPool && granted;
        if lives_on || !permitted.has(to) {
            let rule = Rule::named("pool-gone").filter(|_| lives_on);
            return (Standing::Different, rule.unwrap_or(entry.status));
        }
    }
    recorded(entry.answer)
}

impl Automaton {
    /// The fewest operations that bring a job into a state, as far as they were observed: through nothing that is not
    /// established, if there is such a way. None: no operations did.
    pub(crate) fn way_to(&self, state: State) -> Option<Vec<Act>> {
        let clear = self.way_by(state, |edge| edge.standing != Standing::Open);
        clear.or_else(|| self.way_by(state, |_| true))
    }

    fn way_by(&self, state: State, may_go: impl Fn(&Edge) -> bool) -> Option<Vec<Act>> {
        let mut ways: BTreeMap<State, Vec<Act>> =
            BTreeMap::from([(State::Nothing, vec![Act::CreateUserPool])]);
        let mut next = VecDeque::from([State::Nothing]);
        while let Some(at) = next.pop_front() {
            let way = ways.get(&at).cloned().unwrap_or_default();
            let edges = self.edges.iter().filter(|edge| edge.from == at);
            for edge in edges.filter(|edge| may_go(edge)) {
                let Some(to) = edge.to.filter(|to| *to != State::Nothing) else {
                    continue;
                };
                if let btree_map::Entry::Vacant(unknown) = ways.entry(to) {
                    let mut longer = way.clone();
                    longer.push(edge.act);
                    unknown.insert(longer);
                    next.push_back(to);
                }
            }
        }
        ways.remove(&state)
    }

    /// How many meetings of a state and an operation stand like that to what is documented.
    pub fn count(&self, standing: Standing) -> usize {
        let edges = self.edges.iter();
        edges.filter(|edge| edge.standing == standing).count()
    }

    /// How many documented moves were not seen.
    pub fn unseen_count(&self) -> usize {
        self.unseen().len()
    }

    /// What is documented and was not seen: from, operation, to.
    pub(crate) fn unseen(&self) -> Vec<(State, Act, State)> {
        let documented = documented().into_iter();
        documented
            .filter(|(from, act, to, _)| {
                let is_same =
                    |edge: &Edge| edge.from == *from && edge.act == *act && edge.to == Some(*to);
                !self.edges.iter().any(is_same)
            })
            .filter(|(.., standing)| *standing == Standing::Documented)
            .map(|(from, act, to, _)| (from, act, to))
            .collect()
    }
}

/// The moves from one state to another that the table has, each with how it stands.
pub(crate) fn documented() -> Vec<(State, Act, State, Standing)> {
    let mut moves = vec![(
        State::CreatedWithoutFile,
        Act::Upload,
        State::In(Status::Created),
        Standing::Documented,
    )];
    for from in State::all() {
        for act in Act::ALL {
            let Some(entry) = from.entry(act) else {
                continue;
            };
            let needs_file = from == State::CreatedWithoutFile && act == Act::StartUserImportJob;
            if entry.wanted == Wanted::Refused || needs_file {
                continue;
            }
            let is_open = entry.wanted == Wanted::Either || entry.status.level == Level::Observe;
            let standing = if is_open {
                Standing::Open
            } else {
                Standing::Documented
            };
            for to in entry.to.iter().filter(|to| Some(*to) != from.status()) {
                let to = match (act, to) {
                    (Act::CreateUserImportJob, _) => State::CreatedWithoutFile,
                    (_, to) => State::In(to),
                };
                moves.push((from, act, to, standing));
            }
        }
    }
    moves
}
