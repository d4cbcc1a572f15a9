"""The AWS CLI lives through a whole import job on the endpoint, and names every documented error."""

import datetime
import json
import os
import subprocess
import sys

from control import ENDPOINT, QUEUED, check, fault, upload

AWS = sys.argv[1]
ROLE = "arn:aws:iam::123456789012:role/import"


def run(operation, *arguments, attempts=1, **environment):
    """What the CLI prints for an operation, and its complaint."""
    command = [AWS, "cognito-idp", operation, *arguments, "--endpoint-url", ENDPOINT, "--output", "json"]
    environment = {
        **os.environ,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_RETRY_MODE": "standard",
        "AWS_MAX_ATTEMPTS": str(attempts),
        **environment,
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def answered(operation, *arguments, **options):
    """The answer to an operation that must not be refused."""
    code, printed, complaint = run(operation, *arguments, **options)
    check(code == 0, f"{operation} is answered: {complaint.strip()}")
    return json.loads(printed) if printed.strip() else None


def refused(error, operation, *arguments, **options):
    """The operation is refused, and the CLI names this error."""
    code, _, complaint = run(operation, *arguments, **options)
    check(code != 0 and f"An error occurred ({error})" in complaint, f"{operation} is refused with {error}: {complaint.strip()}")


def started(name):
    """The ids of a job that was given a file and started, as arguments."""
    new = ["--user-pool-id", pool, "--job-name", name, "--cloud-watch-logs-role-arn", ROLE]
    job = answered("create-user-import-job", *new)["UserImportJob"]
    upload(job["PreSignedUrl"])
    ids = ["--user-pool-id", pool, "--job-id", job["JobId"]]
    status = answered("start-user-import-job", *ids)["UserImportJob"]["Status"]
    check(status in ("Pending", "InProgress"), f"a started job is Pending or InProgress, not {status}")
    return ids


def stopped_at_last(error, ids):
    """A Stop that is refused twice is tried again, and stops the job."""
    fault(error, 2, pool)
    job = answered("stop-user-import-job", *ids, attempts=3)["UserImportJob"]
    check(job["Status"] in ("Stopping", "Stopped"), f"the job is stopped, not {job['Status']}")
    dated(job)


def dated(job):
    """The dates of a stopped job parse and are in order. The CLI shows them as numbers or as texts, by its settings."""
    dates = [job[name] for name in ("CreationDate", "StartDate", "CompletionDate")]
    of = datetime.datetime
    parsed = [of.fromisoformat(date) if isinstance(date, str) else of.fromtimestamp(date) for date in dates]
    check(parsed == sorted(parsed), "dates are in order")


version = subprocess.run([AWS, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
made = answered("create-user-pool", "--pool-name", "clients-aws-cli", "--auto-verified-attributes", "email")
pool = made["UserPool"]["Id"]
first = started("first")
for error in QUEUED:
    fault(error, 1, pool)
    refused(error, "stop-user-import-job", *first)
refused("InvalidParameterException", "stop-user-import-job", "--user-pool-id", pool, "--job-id", "nonsense")
refused("ResourceNotFoundException", "stop-user-import-job", "--user-pool-id", "us-east-1_NoSuchPool", *first[2:])
refused("InvalidSignatureException", "stop-user-import-job", *first, AWS_SECRET_ACCESS_KEY="wrong")
stopped_at_last("TooManyRequestsException", first)
second = started("second")
stopped_at_last("InternalErrorException", second)

described = answered("describe-user-import-job", *first)["UserImportJob"]
check(described["Status"] == "Stopped", f"a stopped job is described as Stopped, not {described['Status']}")
dated(described)
listed = answered("list-user-import-jobs", "--user-pool-id", pool, "--max-results", "10")["UserImportJobs"]
check([job["JobId"] for job in listed] == [second[3], first[3]], "both jobs are listed, the newest first")
answered("delete-user-pool", "--user-pool-id", pool)
refused("ResourceNotFoundException", "describe-user-import-job", *first)
print(f"AWS CLI {version}: {check.count} checks hold")
