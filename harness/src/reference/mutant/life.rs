//! What is wrong about the life of a job, which shows over several requests or in several at once only.

/// Adds the mutants of this area, and hands over to the next one.
macro_rules! life {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! {
            [$($later)*] $($before)*

            // The stopped job.
            /// The import of a stopped job is carried to its end: the job is Succeeded when its time has come.
            StoppedImportEnds = "stopped-import-ends",
            /// A stopped job is InProgress again a second later.
            StoppedResumesLater = "stopped-resumes-later",
            /// A stopped job is Expired a day after it was made.
            StoppedExpires = "stopped-expires",
            /// A stop gives the job a default role, which the readings that follow show.
            StopClearsRole = "stop-clears-role",
            /// A stop moves the StartDate to its own moment, which the readings that follow show.
            StopMovesStart = "stop-moves-start",
            /// A second stop is an internal error with status 500.
            SecondStopFails = "second-stop-fails",
            /// A second stop puts the job back to Created.
            SecondStopRecreates = "second-stop-recreates",
            /// A second stop gives the job a new CreationDate.
            SecondStopRedates = "second-stop-redates",
            /// A third stop makes the job Failed.
            ThirdStopFailsJob = "third-stop-fails-job",
            /// The counters of a stopped job grow with every reading.
            CountersMoveOn = "counters-move-on",
            /// A stopped job has imported three users, and none from the second reading on.
            CountersFall = "counters-fall",
            /// The CompletionDate of a stopped job is the moment of the reading.
            CompletionMoves = "completion-moves",
            /// The completion of a stopped job is forgotten from the second reading on.
            CompletionForgotten = "completion-forgotten",

            // Starts and uploads after a stop.
            /// A stopped job refuses the first start and takes the second.
            RestartOnSecondTry = "restart-on-second-try",
            /// A start of a stopped job is answered with Pending and not stored.
            RestartAnswered = "restart-answered",
            /// A start of a stopped job is refused, and starts it all the same.
            RefusedRestartRestarts = "refused-restart-restarts",
            /// An upload makes a stopped job Created again.
            UploadRevives = "upload-revives",
            /// An upload starts a stopped job.
            UploadStarts = "upload-starts",

            // The other jobs.
            /// A stop hits another started job of the pool, if there is one, in place of the one that is named.
            StopHitsNeighbour = "stop-hits-neighbour",
            /// A stop reaches the started jobs of other pools too.
            StopReachesOtherPools = "stop-reaches-other-pools",
            /// With a stop, the jobs of the pool that were not started are Failed.
            StopFailsUnstarted = "stop-fails-unstarted",
            /// A stop gives its job's name to the other jobs of the pool.
            StopRenamesNeighbours = "stop-renames-neighbours",
            /// A stop drops the other jobs of the pool.
            StopDropsNeighbours = "stop-drops-neighbours",
            /// A stop writes the pool back as it was read before the last one: jobs stopped earlier are InProgress again.
            StopRestoresNeighbours = "stop-restores-neighbours",
            /// A job that is made takes the id and the place of a stopped one.
            IdTakenFromStopped = "id-taken-from-stopped",
            /// A job that is made in a pool with a stopped one is Stopped from the start.
            BornStopped = "born-stopped",
            /// A job that is made drives the stopped ones out of the pool.
            CreateDropsStopped = "create-drops-stopped",

            // The list and the pool.
            /// ListUserImportJobs shows a stopped job as InProgress.
            ListShowsStale = "list-shows-stale",
            /// ListUserImportJobs leaves stopped jobs out.
            ListOmitsStopped = "list-omits-stopped",
            /// ListUserImportJobs shows no completion of a stopped job.
            ListWithoutCompletion = "list-without-completion",
            /// ListUserImportJobs dates a stopped job anew.
            ListRedates = "list-redates",
            /// ListUserImportJobs shows a stopped job twice.
            ListRepeatsStopped = "list-repeats-stopped",
            /// ListUserImportJobs shows the oldest job first as soon as one is stopped.
            ListOldestFirst = "list-oldest-first",
            /// To be listed resumes a stopped job.
            ListResumes = "list-resumes",
            /// A stopped job still counts as an import in progress when its pool is to be deleted.
            DeleteRefusedAfterStop = "delete-refused-after-stop",
            /// A stopped job is still described once its pool is deleted.
            DeletedJobDescribed = "deleted-job-described",
            /// A stopped job can still be stopped once its pool is deleted.
            DeletedJobStops = "deleted-job-stops",

            // At once: a stop is under way for 300 ms.
            /// A stop that comes while another is under way is an internal error with status 500.
            StopsAtOnceFail = "stops-at-once-fail",
            /// A stop that comes while another is under way closes the connection without an answer.
            StopsAtOnceClose = "stops-at-once-close",
            /// A stop that comes while another is under way is a `ConcurrentModificationException`, which the service lacks.
            StopsAtOnceConflict = "stops-at-once-conflict",
            /// A stop that comes while another is under way says Stopped and writes the running job back.
            StopsAtOnceUndone = "stops-at-once-undone",
            /// A start that comes while a stop is under way starts the job again.
            StartDuringStopRestarts = "start-during-stop-restarts",
            /// To be read while a stop is under way writes the running job back.
            ReadDuringStopUndoes = "read-during-stop-undoes",
            /// A job is not found while a stop is under way.
            ReadDuringStopMisses = "read-during-stop-misses",
        }
    };
}

pub(super) use life;
