"""boto3 lives through a whole import job on the endpoint, and meets every documented error as the class of its name."""

import datetime

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

from control import ENDPOINT, QUEUED, check, fault, upload

ROLE = "arn:aws:iam::123456789012:role/import"
NOW = datetime.datetime.now(datetime.timezone.utc)


def client(attempts=1, **credentials):
    """A client that tries so many times. Keys come from the environment unless they are given."""
    retries = {"mode": "standard", "total_max_attempts": attempts}
    return boto3.client(
        "cognito-idp", endpoint_url=ENDPOINT, region_name="us-east-1", config=Config(retries=retries), **credentials
    )


def refused(error, call, **arguments):
    """The call is refused with this error, which arrives as its own class where the service declares it."""
    try:
        call(**arguments)
    except ClientError as came:
        check(came.response["Error"]["Code"] == error, f"{error} is the code, not {came.response['Error']['Code']}")
        declared = getattr(idp.exceptions, error, None)
        check(declared is None or type(came) is declared, f"{error} arrives as its class, not as {type(came).__name__}")
        return
    check(False, f"the call is refused with {error}")


def started(name):
    """The ids of a job that was given a file and started."""
    job = idp.create_user_import_job(UserPoolId=pool, JobName=name, CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    check(job["Status"] == "Created", f"a new job is Created, not {job['Status']}")
    ids = {"UserPoolId": pool, "JobId": job["JobId"]}
    refused("PreconditionNotMetException", idp.start_user_import_job, **ids)
    upload(job["PreSignedUrl"])
    status = idp.start_user_import_job(**ids)["UserImportJob"]["Status"]
    check(status in ("Pending", "InProgress"), f"a started job is Pending or InProgress, not {status}")
    return ids


def stopped_at_last(error, ids):
    """A Stop that is refused twice is tried again, and stops the job."""
    fault(error, 2, pool)
    answer = client(attempts=3).stop_user_import_job(**ids)
    check(answer["ResponseMetadata"]["RetryAttempts"] == 2, f"{error} is tried again, twice")
    status = answer["UserImportJob"]["Status"]
    check(status in ("Stopping", "Stopped"), f"the job is stopped, not {status}")
    dated(answer["UserImportJob"])


def dated(job):
    """The dates of a stopped job parse, are in order, and of today."""
    dates = [job[name] for name in ("CreationDate", "StartDate", "CompletionDate")]
    check(all(isinstance(date, datetime.datetime) for date in dates), "dates parse")
    check(dates == sorted(dates), "dates are in order")
    check(abs((dates[0] - NOW).total_seconds()) < 300, "dates are of today")


idp = client()
pool = idp.create_user_pool(PoolName="clients-boto3", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
first = started("first")
for error in QUEUED:
    fault(error, 1, pool)
    refused(error, idp.stop_user_import_job, **first)
refused("InvalidParameterException", idp.stop_user_import_job, UserPoolId=pool, JobId="nonsense")
refused("ResourceNotFoundException", idp.stop_user_import_job, UserPoolId="us-east-1_NoSuchPool", JobId=first["JobId"])
other = client(aws_access_key_id="AKIDOFNOBODY", aws_secret_access_key="secret")
refused("UnrecognizedClientException", other.stop_user_import_job, **first)
other = client(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="wrong")
refused("InvalidSignatureException", other.stop_user_import_job, **first)
stopped_at_last("TooManyRequestsException", first)
second = started("second")
stopped_at_last("InternalErrorException", second)

described = idp.describe_user_import_job(**first)["UserImportJob"]
check(described["Status"] == "Stopped", f"a stopped job is described as Stopped, not {described['Status']}")
check(described["JobName"] == "first", "its name is kept")
dated(described)
check(described["ImportedUsers"] + described["SkippedUsers"] + described["FailedUsers"] <= 1, "counters are numbers")
refused("PreconditionNotMetException", idp.start_user_import_job, **first)

listed = idp.list_user_import_jobs(UserPoolId=pool, MaxResults=10)["UserImportJobs"]
check([job["JobId"] for job in listed] == [second["JobId"], first["JobId"]], "both jobs are listed, the newest first")
idp.delete_user_pool(UserPoolId=pool)
refused("ResourceNotFoundException", idp.describe_user_import_job, **first)
print(f"boto3 {boto3.__version__} (botocore {botocore.__version__}): {check.count} checks hold")
