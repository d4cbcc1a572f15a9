//! Walks every status that can be reached, lets every operation meet it, and learns what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::case::{Act, Given, Ids, JobState, PoolState, Step};
use crate::clock::Deadline;
use crate::contract::Status;
use crate::lifecycle::automaton::{Automaton, Edge, Seen, State};
use crate::lifecycle::cast::Cast;
use crate::lifecycle::difference::Difference;
use crate::lifecycle::stage::{Stage, Target};
use crate::lifecycle::starting::Starting;
use crate::oracle::{Brief, Deed, LifeBreach, Model};
use crate::provision::{Lease, Unavailable};
use crate::wire::{Envelope, Response};

/// How long a job may take to come to a status: on this machine a simulated import takes a second or two.
const PATIENCE: Duration = Duration::from_secs(5);

/// The waits that bring a job further, and the one after which it has expired if it was not started.
const WAIT_MS: u64 = 100;
const DAY_MS: u64 = 25 * 3_600_000;

/// How many meetings of a status and an operation there are.
pub const VISITS: usize = 4 + (1 + Status::ALL.len()) * ACTS.len();

/// The names in the walk's own sequences.
const POOL: &str = "a";
const JOB: &str = "one";

/// The operations that meet every status, in the order of a job's life; the pool's end comes last.
pub(super) const ACTS: [Act; 7] = [
    Act::Upload,
    Act::StartUserImportJob,
    Act::StopUserImportJob,
    Act::DescribeUserImportJob,
    Act::ListUserImportJobs,
    Act::Wait,
    Act::DeleteUserPool,
];

/// What a walk learnt.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// Whether it ended before every operation had met every status.
    pub is_cut: bool,
    /// What each operation makes of each state.
    pub automaton: Automaton,
    /// What the evidence does not permit, each with the shortest way there.
    pub differences: Vec<Difference>,
}

/// A job in some state.
struct Scene {
    stage: Stage,
    cast: Cast,
    model: Model,
    ids: Ids,
    lease: Option<Lease>,
    /// Its place among the active jobs.
    starting: Starting,
    /// Where it is by the last accepted operation, for targets that show no readable Status.
    assumed: State,
}

/// Walks a target until a deadline.
pub async fn walk(target: &Arc<Target>, deadline: &Deadline, progress: impl Fn(usize)) -> Walk {
    let mut walk = Walk::default();
    let states = State::all().map(|state| acts(state).into_iter().map(move |act| (state, act)));
    let mut visits = states.flatten().enumerate();
    let mut tasks = JoinSet::new();
    let mut met = BTreeMap::new();
    loop {
        while tasks.len() < target.visits_at_once() {
            let Some((index, (state, act))) = visits.next() else {
                break;
            };
            // Nobody waits twice for a status that does not come, nor for any where not even a pool can be made.
            let is_lost = state
                .status()
                .is_some_and(|status| walk.automaton.unreached.contains_key(&status));
            if is_lost {
                continue;
            }
            let target = Arc::clone(target);
            tasks.spawn(async move { (index, state, visit(&target, state, act).await) });
        }
        let done = match deadline.cap(tasks.join_next()).await {
            Ok(Some(done)) => done,
            Ok(None) => break,
            Err(_) => {
                walk.is_cut = true;
                break;
            }
        };
        progress(VISITS.min(met.len()));
        match done {
            Ok((index, _, Ok(one))) => {
                met.extend(one.map(|one| (index, one)));
            }
            Ok((_, State::Nothing, Err(why))) if target.makes_pools() => {
                let every = Status::ALL.map(|status| (status, why.clone()));
                walk.automaton.unreached.extend(every);
            }
            Ok((_, State::In(status), Err(why))) => {
                walk.automaton.unreached.insert(status, why);
            }
            Ok(_) | Err(_) => {}
        }
    }
    for (seen, differences) in met.into_values() {
        walk.automaton.edges.extend(Edge::judge(seen));
        walk.differences.extend(differences);
    }
    let is_met = |status: &Status| {
        let edges = walk.automaton.edges.iter();
        edges.filter(|edge| edge.from == State::In(*status)).count() > 0
    };
    // One that came late once is no status out of reach.
    let late: Vec<_> = Status::ALL.into_iter().filter(is_met).collect();
    walk.automaton
        .unreached
        .retain(|status, _| !late.contains(status));
    let edges = walk.automaton.edges.clone();
    let automaton = &walk.automaton;
    let of_table = edges
        .iter()
        .filter_map(|edge| Difference::of(edge, automaton));
    let of_table: Vec<_> = of_table.collect();
    // What the table tells, the model need not tell again.
    walk.differences
        .retain(|one| !of_table.iter().any(|other| one.is_same_fault(other)));
    // One fault of the answers shows wherever they are looked at: the first meeting in a job's life tells it.
    let mut told = BTreeSet::new();
    walk.differences.retain(|one| told.insert(one.rule.clone()));
    for difference in &mut walk.differences {
        difference.take_way(&walk.automaton);
    }
    walk.differences.extend(of_table);
    walk.differences
        .sort_by_key(|one| (one.level, one.from, one.act, one.rule.clone()));
    walk.differences
        .dedup_by(|one, other| one.rule == other.rule && one.is_same_fault(other));
    walk
}

/// Lets one operation meet one state.
async fn visit(
    target: &Arc<Target>,
    state: State,
    act: Act,
) -> Result<Option<(Seen, Vec<Difference>)>, String> {
    let mut scene = reach(target, state).await?;
    // The URL of a job that was put there need not lead back to where the target listens.
    let met = if act == Act::Upload && scene.lease.is_some() {
        None
    } else {
        Some(scene.meet(state, act).await)
    };
    scene.clear(target).await;
    Ok(met)
}

fn acts(state: State) -> Vec<Act> {
    match state {
        State::Nothing => vec![
            Act::CreateUserImportJob,
            Act::StartUserImportJob,
            Act::StopUserImportJob,
            Act::DescribeUserImportJob,
        ],
        _ => ACTS.to_vec(),
    }
}

/// Brings a job into a state: by operations, or as the target's driver can.
async fn reach(target: &Arc<Target>, state: State) -> Result<Scene, String> {
    let by_operations = if target.makes_pools() {
        Scene::make(target, state).await
    } else {
        Err("the driver makes no pools".to_owned())
    };
    let why = match by_operations {
        Ok(scene) => return Ok(scene),
        Err(why) => why,
    };
    let State::In(status) = state else {
        return Err(why);
    };
    // The `api` driver knows one more way than the walk: a file of users that cannot be imported.
    let stage = Stage::Target(Arc::clone(target));
    let knows_more = !target.makes_pools() || stage.moves_time() || status == Status::Failed;
    if !knows_more {
        return Err(why);
    }
    let given = Given {
        job: JobState::Is(status),
        pool: PoolState::Present,
    };
    match target.provisioner().acquire(given).await {
        Ok(lease) => Ok(Scene::of(target, lease, status)),
        Err(Unavailable::Unreachable(_)) if target.makes_pools() => Err(why),
        Err(why) => Err(why.to_string()),
    }
}

impl Scene {
    /// A job that the driver made.
    fn of(target: &Arc<Target>, lease: Lease, status: Status) -> Self {
        let stage = Stage::Target(Arc::clone(target));
        let mut model = Model::default();
        model.adopt(&lease.ids, Some(status));
        Self {
            cast: stage.cast(),
            stage,
            model,
            ids: lease.ids.clone(),
            lease: Some(lease),
            starting: Starting::default(),
            assumed: State::In(status),
        }
    }

    /// Brings a job into a state by operations.
    async fn make(target: &Arc<Target>, state: State) -> Result<Self, String> {
        let stage = Stage::Target(Arc::clone(target));
        let mut scene = Self {
            cast: stage.cast(),
            stage,
            model: Model::default(),
            ids: Ids {
                pool: String::new(),
                job: String::new(),
            },
            lease: None,
            starting: Starting::default(),
            assumed: State::Nothing,
        };
        match scene.bring(state).await {
            Ok(()) => Ok(scene),
            Err(why) => {
                scene.clear(target).await;
                Err(why)
            }
        }
    }

    async fn bring(&mut self, state: State) -> Result<(), String> {
        self.granted(&Step::on_pool(Act::CreateUserPool, POOL))
            .await?;
        let Some(status) = state.status() else {
            self.ids = match self.cast.deed(&Step::on_job(Act::StopUserImportJob, JOB)) {
                Deed::Stop(ids) => Ids {
                    pool: self.cast.pools().next().unwrap_or_default().to_owned(),
                    job: ids.job,
                },
                _ => return Err("name a job that is not there".to_owned()),
            };
            return Ok(());
        };
        self.granted(&Step::create(POOL, JOB)).await?;
        if let Deed::Stop(ids) = self.cast.deed(&Step::on_job(Act::StopUserImportJob, JOB)) {
            self.ids = ids;
        }
        if state == State::CreatedWithoutFile {
            return Ok(());
        }
        // A job without its file is the endpoint's to refuse, or to run all the same.
        self.step(&Step::on_job(Act::Upload, JOB)).await;
        self.assumed = State::In(Status::Created);
        if status == Status::Expired {
            let can_wait = self.stage.moves_time();
            if !can_wait {
                return Err("a job expires 24 to 48 hours after it was made".to_owned());
            }
            self.step(&Step::wait(DAY_MS)).await;
        } else if status != Status::Created {
            self.start().await?;
        }
        if matches!(status, Status::Stopping | Status::Stopped) {
            self.granted(&Step::on_job(Act::StopUserImportJob, JOB))
                .await?;
        }
        self.await_status(status).await
    }

    /// Starts the job once there is a place for it among the active ones.
    async fn start(&mut self) -> Result<(), String> {
        let step = Step::on_job(Act::StartUserImportJob, JOB);
        let deed = self.cast.deed(&step);
        let answer = self.starting.start(&mut self.stage, &deed, true).await;
        self.model.step(&deed, answer.as_ref());
        self.assume(step.act, answer.as_ref());
        match granted(answer.as_ref()) {
            Some(true) => Ok(()),
            _ => Err(format!(
                "{} was answered with {}",
                step.act,
                Brief::of_step(answer.as_ref())
            )),
        }
    }

    /// Lets time pass until the job is in a status, or cannot come there any more.
    async fn await_status(&mut self, wanted: Status) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Some(now) = self.look().await.and_then(State::status) else {
                return Err(format!("{wanted} cannot be told: the job shows no Status"));
            };
            if now == wanted {
                return Ok(());
            }
            let is_past = now.is_finished()
                || now == Status::Stopped
                || matches!(wanted, Status::Created | Status::Pending | Status::Stopping);
            if is_past || Instant::now() >= deadline {
                return Err(format!("no job was seen in {wanted}: it was {now}"));
            }
            self.step(&Step::wait(WAIT_MS)).await;
        }
    }

    /// Where the job is, as DescribeUserImportJob shows it.
    async fn look(&mut self) -> Option<State> {
        let deed = Deed::Describe(self.ids.clone());
        let answer = self.stage.act(&deed, 0, None).await?;
        self.model.step(&deed, Some(&answer));
        self.place(&answer).map(|(state, _)| state)
    }

    /// Where an answer shows the job; else, if it shows a job at all, where the last accepted operation took it. Whether
    /// it is shown comes with it.
    fn place(&self, answer: &Response) -> Option<(State, bool)> {
        if let Some(state) = state_of(answer) {
            return Some((state, true));
        }
        let json = Envelope::read(answer).json.ok()?;
        let job = json.get("UserImportJob").filter(|job| job.is_object());
        job.map(|_| (self.assumed, false))
    }

    /// Takes in where an accepted operation takes the job.
    fn assume(&mut self, act: Act, answer: Option<&Response>) {
        if granted(answer) != Some(true) {
            return;
        }
        self.assumed = match act {
            Act::CreateUserImportJob => State::CreatedWithoutFile,
            Act::Upload if self.assumed == State::CreatedWithoutFile => State::In(Status::Created),
            Act::StartUserImportJob => State::In(Status::Pending),
            Act::StopUserImportJob => State::In(Status::Stopped),
            _ => self.assumed,
        };
    }

    /// Lets an operation meet the state, and looks at the job afterwards.
    async fn meet(&mut self, from: State, act: Act) -> (Seen, Vec<Difference>) {
        let ids = self.ids.clone();
        let deed = match act {
            Act::CreateUserImportJob => self.cast.deed(&Step::create(POOL, JOB)),
            Act::Upload => Deed::Upload(ids),
            Act::StartUserImportJob => Deed::Start(ids),
            Act::StopUserImportJob => Deed::Stop(ids),
            Act::DescribeUserImportJob => Deed::Describe(ids),
            Act::ListUserImportJobs => Deed::List { pool: ids.pool },
            Act::DeleteUserPool => Deed::DeletePool { pool: ids.pool },
            Act::CreateUserPool | Act::Wait => Deed::Wait,
        };
        let url = self.cast.url(&self.ids).map(str::to_owned);
        // Long enough for whatever time alone does to a job.
        let ms = if act == Act::Wait {
            self.stage.long_wait_ms(from)
        } else {
            0
        };
        let answer = match act {
            Act::StartUserImportJob => {
                let must_be_granted = from == State::In(Status::Created);
                let starting = &mut self.starting;
                starting
                    .start(&mut self.stage, &deed, must_be_granted)
                    .await
            }
            _ => self.stage.act(&deed, ms, url.as_deref()).await,
        };
        let mut breaches = self.model.step(&deed, answer.as_ref());
        self.assume(act, answer.as_ref());
        if let (Deed::CreateJob { .. }, Some(answer)) = (&deed, &answer) {
            self.cast.learn(&Step::create(POOL, JOB), &deed, answer);
            if let Deed::Stop(ids) = self.cast.deed(&Step::on_job(Act::StopUserImportJob, JOB)) {
                self.ids = ids;
            }
        }
        let (to, more) = self.afterwards(act, answer.as_ref()).await;
        breaches.extend(more);
        let has_file = from != State::CreatedWithoutFile
            || act == Act::Upload && granted(answer.as_ref()) == Some(true);
        let is_shown = to.is_none_or(|(_, is_shown)| is_shown);
        let to = to.map(|(to, _)| match to {
            State::In(Status::Created) if !has_file || from == State::Nothing => {
                State::CreatedWithoutFile
            }
            to => to,
        });
        let seen = Seen {
            from,
            act,
            answer: match act {
                Act::Wait => Brief::Waited,
                _ => Brief::of_step(answer.as_ref()),
            },
            granted: match act {
                Act::Wait => Some(true),
                _ => granted(answer.as_ref()),
            },
            to,
            is_shown,
        };
        let differences = breaches
            .into_iter()
            .map(|breach| Difference::broken(from, act, &seen.answer, &breach))
            .collect();
        (seen, differences)
    }

    /// Where the job is afterwards, and what the model has against two readings of it. A job that was stopped may take its
    /// time to show it.
    async fn afterwards(
        &mut self,
        act: Act,
        answer: Option<&Response>,
    ) -> (Option<(State, bool)>, Vec<LifeBreach>) {
        let is_granted = granted(answer) == Some(true);
        let is_stop = act == Act::StopUserImportJob && is_granted;
        let is_start = act == Act::StartUserImportJob && is_granted;
        let deadline = Instant::now() + PATIENCE;
        let deed = Deed::Describe(self.ids.clone());
        let mut breaches = Vec::new();
        let mut readings = 0;
        loop {
            let answer = self.stage.act(&deed, 0, None).await;
            breaches.extend(self.model.step(&deed, answer.as_ref()));
            readings += 1;
            let state = answer.as_ref().and_then(|answer| self.place(answer));
            let status = state.and_then(|(state, _)| state.status());
            let is_behind = is_stop && status.is_some_and(Status::is_started)
                || is_start && status == Some(Status::Created);
            let is_slow = is_behind && Instant::now() < deadline;
            if readings >= 2 && !is_slow {
                return (state, breaches);
            }
            if is_slow {
                self.step(&Step::wait(WAIT_MS)).await;
            }
        }
    }

    async fn step(&mut self, step: &Step) -> Option<Response> {
        let deed = self.cast.deed(step);
        let url = deed
            .ids()
            .and_then(|ids| self.cast.url(ids))
            .map(str::to_owned);
        let ms = step.ms.unwrap_or_default();
        let answer = self.stage.act(&deed, ms, url.as_deref()).await;
        if let Some(answer) = &answer {
            self.cast.learn(step, &deed, answer);
        }
        self.model.step(&deed, answer.as_ref());
        self.assume(step.act, answer.as_ref());
        answer
    }

    async fn granted(&mut self, step: &Step) -> Result<(), String> {
        let answer = self.step(step).await;
        match granted(answer.as_ref()) {
            Some(true) => Ok(()),
            _ => Err(format!(
                "{} was answered with {}",
                step.act,
                Brief::of_step(answer.as_ref())
            )),
        }
    }

    async fn clear(self, target: &Arc<Target>) {
        self.stage.clear(&self.cast).await;
        if let Some(lease) = self.lease {
            target.provisioner().release(lease).await;
        }
    }
}

/// Where a reading shows a job.
fn state_of(answer: &Response) -> Option<State> {
    let envelope = Envelope::read(answer);
    if envelope.error_type() == Some("ResourceNotFoundException") {
        return Some(State::Nothing);
    }
    let json = envelope.json.ok()?;
    let status = json.pointer("/UserImportJob/Status")?.as_str()?;
    status.parse().ok().map(State::In)
}

/// Whether an operation was granted, as far as its answer tells.
fn granted(answer: Option<&Response>) -> Option<bool> {
    match answer?.status {
        200..=299 => Some(true),
        429 | 500.. => None,
        _ => Some(false),
    }
}
