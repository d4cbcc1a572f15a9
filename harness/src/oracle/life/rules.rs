//! What holds in the life of a job, a sentence each, with the evidence that carries it.

use crate::case::Level::{Must, Observe, Should};
use crate::case::SourceKind::{Documented, Inferred, Recorded};
use crate::oracle::rule::{Rule, rules};

const IMPORT_PAGE: &str = "developer guide, Importing users from a CSV file";
const STATUSES: &str = "API reference, UserImportJobType, Status";

rules! {
    // What the operations answer.
    NO_RESTART = "no-restart", Must(
        "A job that was stopped cannot be started again.",
        Documented,
        "developer guide, Importing users from a CSV file: \"After you stop the job, it cannot be restarted.\"",
    );
    NO_RESTART_WHILE_STOPPING = "no-restart-while-stopping", Should(
        "A job in Stopping is not put back to work by a start.",
        Inferred,
        "developer guide, Importing users from a CSV file: \"After you stop the job, it cannot be restarted.\"",
    );
    OWN_POOL_ALONE = "own-pool-alone", Should(
        "Nothing is done to a job through a pool that is not its own.",
        Inferred,
        "API reference, UserImportJobType, UserPoolId; which error it is has not been recorded",
    );
    RUNNING_JOB_STOPS = "running-job-stops", Must(
        "Stopping a started, unfinished job is granted, and the job is Stopping or Stopped from then on.",
        Recorded,
        "API reference, StopUserImportJob, Examples; awscli examples, cognito-idp stop-user-import-job",
    );
    START_NEEDS_FILE = "start-needs-file", Must(
        "A job without its CSV file is not started.",
        Recorded,
        "aws-amplify/amplify-js#6416: \"No csv file was uploaded for import-…\"",
    );
    JOB_STAYS = "job-stays", Must(
        "A job is there until its pool is deleted: no operation deletes a job.",
        Documented,
        "API reference, Actions; DescribeUserImportJob",
    );
    POOL_GONE = "pool-gone", Must(
        "Once its pool is deleted, nothing is done to a job: the answer is ResourceNotFoundException.",
        Recorded,
        "aws/aws-sdk-go#2436: \"User pool … does not exist.\"",
    );
    NOTHING_THERE = "nothing-there", Must(
        "Ids that name nothing are answered with ResourceNotFoundException.",
        Documented,
        "API reference, StopUserImportJob, StartUserImportJob and DescribeUserImportJob, Errors",
    );
    POOL_DELETABLE = "pool-deletable", Should(
        "A pool in which no import runs is not kept from being deleted by an import.",
        Documented,
        "API reference, DeleteUserPool, Errors: UserImportInProgressException",
    );

    // How the status moves.
    STOPPED_IS_FINAL = "stopped-is-final", Must(
        "A stopped job stays Stopped.",
        Documented,
        "developer guide, Importing users from a CSV file: \"After you stop the job, it cannot be restarted.\"",
    );
    READ_AFTER_STOP = "read-after-stop", Should(
        "A job that was answered to be stopped is shown as stopped by the readings that follow.",
        Inferred,
        "API reference, StopUserImportJob, Examples: the answer says Stopped; how soon readings follow is not established",
    );
    READ_AFTER_WRITE = "read-after-write", Should(
        "A job that was answered to be made or started is shown so by the readings that follow.",
        Inferred,
        "API reference, CreateUserImportJob and StartUserImportJob, Examples; how soon readings follow is not established",
    );
    ENDED_IS_FINAL = "ended-is-final", Should(
        "A job that has ended keeps its status, whatever a Stop is answered.",
        Inferred,
        STATUSES,
    );
    STOPPED_BY_STOP_ALONE = "stopped-by-stop-alone", Must(
        "A job is Stopping or Stopped only if it was stopped itself.",
        Documented,
        "API reference, UserImportJobType, Status: \"You have stopped the job\"",
    );
    STATUS_GOES_FORWARD = "status-goes-forward", Must(
        "A job goes from Created to Pending by a start alone, and from there on to InProgress and an end, never back.",
        Documented,
        STATUSES,
    );
    CREATED_FIRST = "created-first", Must(
        "A job just made is Created, with the name and the role that it was given, and has neither begun nor ended.",
        Recorded,
        "API reference, CreateUserImportJob, Examples; awscli examples, cognito-idp create-user-import-job",
    );

    // What stays as it is.
    IDENTITY = "identity", Must(
        "JobId, JobName, UserPoolId and CreationDate of a job never change.",
        Documented,
        "API reference, UserImportJobType",
    );
    ROLE_STAYS = "role-stays", Should(
        "The CloudWatchLogsRoleArn of a job never changes.",
        Documented,
        "API reference, UserImportJobType; no operation takes a new one",
    );
    IDS_ARE_NEW = "ids-are-new", Must(
        "A new job has an id that no other job of the pool has.",
        Documented,
        "API reference, UserImportJobType, JobId: \"The ID of the user import job.\"",
    );
    START_DATE_STAYS = "start-date-stays", Should(
        "The StartDate of a job that has begun stays, and that of a job that waits only moves forward, unless the job is started.",
        Recorded,
        "blog, Cognito User Pool の CSV インポート機能 (2021-01-06): one job, …50:45.478 while Pending and …50:47.752 once it had run",
    );
    COMPLETION_STAYS = "completion-stays", Should(
        "The completion of a job that has ended stays unless the job is stopped once more.",
        Documented,
        "API reference, UserImportJobType, CompletionDate",
    );
    COMPLETION_SHOWN = "completion-shown", Should(
        "A stopped job is shown with its CompletionDate and its CompletionMessage.",
        Recorded,
        "API reference, StopUserImportJob, Examples",
    );
    COMPLETION_MEANS_END = "completion-means-end", Should(
        "A job that has not ended has no CompletionDate.",
        Recorded,
        "awscli examples, cognito-idp describe-user-import-job and start-user-import-job",
    );
    DATES_IN_ORDER = "dates-in-order", Must(
        "CreationDate, StartDate and CompletionDate of a job are in this order.",
        Documented,
        "API reference, UserImportJobType",
    );
    COUNTERS_NEVER_FALL = "counters-never-fall", Should(
        "The counters of a job never fall.",
        Inferred,
        "API reference, UserImportJobType: users that \"were\" imported, skipped or could not be imported",
    );
    COUNTERS_REST = "counters-rest", Must(
        "The counters of a stopped job do not move: a job that still imports users is Stopping.",
        Documented,
        "API reference, UserImportJobType, Status: \"the job has not stopped importing users yet\"",
    );

    // What a list shows.
    LIST_IS_WHOLE = "list-is-whole", Should(
        "ListUserImportJobs shows every job of the pool once, and no other.",
        Documented,
        "API reference, ListUserImportJobs",
    );
    LIST_NEWEST_FIRST = "list-newest-first", Should(
        "ListUserImportJobs shows the newest job first.",
        Recorded,
        "awscli examples, cognito-idp list-user-import-jobs; API reference, ListUserImportJobs, Examples",
    );

    // Many requests at once.
    NO_SERVER_FAULT = "no-server-fault", Should(
        "Requests that are each in order are answered, and not with a fault of the server, also many at once.",
        Documented,
        "API reference, StopUserImportJob, Errors: InternalErrorException is an error of the service; quotas page: 5 requests a second and pool",
    );
    KNOWN_ANSWER = "known-answer", Must(
        "Every answer is a job or an error that the operation declares or that any operation can meet, as the protocol has it.",
        Documented,
        "API reference, StopUserImportJob, Errors and Response Syntax",
    );

    // What the table only records.
    OPEN_START = "open-start", Observe(
        "What a start makes of a job that was started before or has ended is not established.",
        Inferred,
        "API reference, StartUserImportJob, Errors; no recorded answer was found",
    );
    OPEN_STOP = "open-stop", Observe(
        "What a job answers that is not running is not established: a declared error or a success.",
        Inferred,
        "API reference, StopUserImportJob, Errors; no recorded answer was found",
    );
    OPEN_DELETE = "open-delete", Observe(
        "Whether a pool is deleted while an import runs is not established; it may be refused.",
        Inferred,
        "API reference, DeleteUserPool, Errors: UserImportInProgressException",
    );
    OPEN_UPLOAD = "open-upload", Observe(
        "What an upload is answered once the job was started or the URL is too old is not established.",
        Inferred,
        IMPORT_PAGE,
    );
    UPLOAD_MOVES_NOTHING = "upload-moves-nothing", Must(
        "An upload leaves the status of its job alone: a job is started by StartUserImportJob.",
        Documented,
        IMPORT_PAGE,
    );
    START_BEGINS = "start-begins", Must(
        "A job that was made and has its CSV file is Pending once it is started.",
        Recorded,
        "API reference, StartUserImportJob, Examples; awscli examples, cognito-idp start-user-import-job",
    );
}
