//! What is wrong about the state that a stop leaves, and about which job it means.

/// Adds the mutants of this area, and hands over to the next one.
macro_rules! state {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! {
            [$($later)*] $($before)*

            // State.
            /// A stop is answered but not stored.
            StopNotStored = "stop-not-stored",
            /// A stopped job is Succeeded from the second reading on: the import went on behind it.
            StoppedJobSucceeds = "stopped-job-succeeds",
            /// A stopped job is gone.
            StopDeletesJob = "stop-deletes-job",
            /// A stopped job is Failed.
            StopFails = "stop-fails",
            /// A throttled stop stops the job all the same.
            ThrottledStopStops = "throttled-stop-stops",
            /// A stop that its job's status refuses marks the job as stopped all the same.
            RefusedStopStops = "refused-stop-stops",
            /// A stop that a wrong signature refuses stops the job all the same.
            UnsignedStopStops = "unsigned-stop-stops",
            /// A job that is InProgress is not stopped, only one that is Pending.
            InProgressRefused = "in-progress-refused",
            /// A stopped job can be started again.
            RestartAccepted = "restart-accepted",
            /// The other started jobs of the pool are stopped too.
            StopsOtherJobs = "stops-other-jobs",
            /// A stop renames the job.
            StopRenames = "stop-renames",
            /// A stop gives the job a new CreationDate.
            StopRedates = "stop-redates",
            /// DescribeUserImportJob dates a stopped job anew; the answer to the stop does not.
            DescribedRedated = "described-redated",
            /// DescribeUserImportJob shows no completion of a stopped job.
            DescribedWithoutCompletion = "described-without-completion",
            /// A stopped job is gone from the second reading on.
            GoneOnSecondRead = "gone-on-second-read",
            /// A stopped job is InProgress again from the second reading on.
            ResumedOnSecondRead = "resumed-on-second-read",
            /// A stopped job is Stopping and never Stopped.
            StoppingForEver = "stopping-for-ever",
            /// A second stop takes the first one back.
            SecondStopResumes = "second-stop-resumes",
            /// A job that has ended is stopped like a running one.
            EndedJobStopped = "ended-job-stopped",
            /// A job that is Stopping can be started again.
            RestartWhileStopping = "restart-while-stopping",
            /// The job is stopped first, and the UserPoolId validated afterwards.
            StoppedBeforeValidation = "stopped-before-validation",

            // Which job is meant.
            /// A job is looked up in all pools, as long as the named one exists.
            JobOfAnyPool = "job-of-any-pool",
            /// A JobId finds the job whose id it begins with.
            JobIdByPrefix = "job-id-by-prefix",
            /// A UserPoolId finds the pool whose id it begins with.
            UserPoolIdByPrefix = "user-pool-id-by-prefix",
            /// A UserPoolId finds its pool in any case.
            UserPoolIdCaseIgnored = "user-pool-id-case-ignored",
        }
    };
}

pub(super) use state;
