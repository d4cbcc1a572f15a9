"""A small emulator of Amazon Cognito User Pools with seven faults in StopUserImportJob, to try `fullstop` on.

    python3 docs/examples/emulator.py --port 4601
    python3 docs/examples/emulator.py --port 4601 --fix job-id --fix dates

It has what a first day's emulator has: pools and import jobs in memory, and no signatures.
"""

import argparse
import json
import re
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = {
    "job-id": "JobId is looked up without a look at its pattern",
    "dates": "dates are ISO 8601 texts, not seconds",
    "not-found": "ResourceNotFoundException has status 404, not 400",
    "pool": "a job is found through any pool",
    "restart": "a stopped job is started again",
    "job-name": "the response of StopUserImportJob has no JobName",
    "type": "a number in place of a text gets InvalidParameterException",
}

FIXED = set()
POOLS = {}


class Failure(Exception):
    def __init__(self, name, message=None, status=400):
        super().__init__(name)
        self.name, self.message, self.status = name, message, status


def member(request, name, pattern, length):
    """A member of a request that must be a text of this pattern."""
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        if "type" in FIXED:
            raise Failure("SerializationException")
        raise Failure("InvalidParameterException", f"{name} is no string")
    wrong = []
    if value is None:
        wrong.append("Member must not be null")
    else:
        if len(value) > length:
            wrong.append(f"Member must have length less than or equal to {length}")
        if len(value) < 1:
            wrong.append("Member must have length greater than or equal to 1")
        if not re.fullmatch(pattern, value, re.ASCII):
            wrong.append(f"Member must satisfy regular expression pattern: {pattern}")
    if not wrong:
        return value, []
    shown = "null" if value is None else f"'{value}'"
    at = name[0].lower() + name[1:]
    return value, [f"Value {shown} at '{at}' failed to satisfy constraint: {one}" for one in wrong]


def read(request, *wanted):
    """The values of members, or InvalidParameterException."""
    read = [member(request, *one) for one in wanted]
    wrong = [one for _, all in read for one in all]
    if wrong:
        count = "1 validation error" if len(wrong) == 1 else f"{len(wrong)} validation errors"
        raise Failure("InvalidParameterException", f"{count} detected: {'; '.join(wrong)}")
    return [value for value, _ in read]


POOL_ID = ("UserPoolId", r"[\w-]+_[0-9a-zA-Z]+", 55)
JOB_ID = ("JobId", r"import-[0-9a-zA-Z-]+", 55)


def pool_of(request):
    [pool] = read(request, POOL_ID)
    return found_pool(pool)


def found_pool(pool):
    if pool not in POOLS:
        raise not_found(f"User pool {pool} does not exist.")
    return POOLS[pool]


def not_found(message):
    return Failure("ResourceNotFoundException", message, 400 if "not-found" in FIXED else 404)


def ids(request):
    if "job-id" in FIXED:
        return read(request, POOL_ID, JOB_ID)
    return read(request, POOL_ID, ("JobId", r"(?s:.*)", 1 << 20))


def found_job(request):
    pool, job = ids(request)
    jobs = found_pool(pool)["jobs"]
    if "pool" not in FIXED:
        jobs = {id: job for pool in POOLS.values() for id, job in pool["jobs"].items()}
    if job not in jobs:
        raise not_found("The user import job does not exist.")
    return jobs[job]


def shown(job):
    dates = {"CreationDate", "StartDate", "CompletionDate"} if "dates" not in FIXED else set()
    iso = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    return {name: iso(value) if name in dates else value for name, value in job.items()}


def create_user_pool(request):
    id = f"us-east-1_{uuid.uuid4().hex[:9]}"
    POOLS[id] = {"Id": id, "Name": request["PoolName"], "CreationDate": time.time(), "jobs": {}}
    return {"UserPool": pool_shown(POOLS[id])}


def pool_shown(pool):
    return {name: value for name, value in pool.items() if name != "jobs"}


def describe_user_pool(request):
    return {"UserPool": pool_shown(pool_of(request))}


def list_user_pools(request):
    return {"UserPools": [pool_shown(pool) for pool in POOLS.values()]}


def delete_user_pool(request):
    del POOLS[pool_of(request)["Id"]]
    return None


def create_user_import_job(request):
    pool = pool_of(request)
    id = f"import-{uuid.uuid4().hex[:10]}"
    pool["jobs"][id] = {
        "JobId": id,
        "JobName": request["JobName"],
        "UserPoolId": pool["Id"],
        "PreSignedUrl": f"https://example.invalid/{id}?X-Amz-Signature=none",
        "CloudWatchLogsRoleArn": request["CloudWatchLogsRoleArn"],
        "CreationDate": time.time(),
        "Status": "Created",
        "ImportedUsers": 0,
        "SkippedUsers": 0,
        "FailedUsers": 0,
    }
    return {"UserImportJob": shown(pool["jobs"][id])}


def describe_user_import_job(request):
    return {"UserImportJob": shown(found_job(request))}


def list_user_import_jobs(request):
    jobs = list(pool_of(request)["jobs"].values())
    return {"UserImportJobs": [shown(job) for job in reversed(jobs)]}


def start_user_import_job(request):
    job = found_job(request)
    if job["Status"] != "Created" and (job["Status"] != "Stopped" or "restart" in FIXED):
        raise Failure("PreconditionNotMetException", f"Job {job['JobId']} is not in Created status.")
    job.update(Status="InProgress", StartDate=time.time())
    return {"UserImportJob": shown(job)}


def stop_user_import_job(request):
    job = found_job(request)
    if job["Status"] != "InProgress":
        raise Failure("PreconditionNotMetException", f"Job {job['JobId']} is not running.")
    message = "The Import Job was stopped by the developer."
    job.update(Status="Stopped", CompletionDate=time.time(), CompletionMessage=message)
    answer = shown(job)
    if "job-name" not in FIXED:
        del answer["JobName"]
    return {"UserImportJob": answer}


OPERATIONS = {
    "CreateUserPool": create_user_pool,
    "DescribeUserPool": describe_user_pool,
    "ListUserPools": list_user_pools,
    "DeleteUserPool": delete_user_pool,
    "CreateUserImportJob": create_user_import_job,
    "DescribeUserImportJob": describe_user_import_job,
    "ListUserImportJobs": list_user_import_jobs,
    "StartUserImportJob": start_user_import_job,
    "StopUserImportJob": stop_user_import_job,
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        length = self.headers.get("Content-Length", "0")
        if not re.fullmatch("[0-9]{1,7}", length) or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return self.send_error(400)
        body = self.rfile.read(int(length))
        try:
            service, _, operation = self.headers.get("X-Amz-Target", "").partition(".")
            if service != "AWSCognitoIdentityProviderService" or operation not in OPERATIONS:
                raise Failure("UnknownOperationException")
            self.answer(200, OPERATIONS[operation](self.parsed(body)))
        except Failure as failure:
            answer = {"__type": failure.name}
            if failure.message:
                answer["message"] = failure.message
            self.answer(failure.status, answer, failure.name)

    def parsed(self, body):
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            raise Failure("SerializationException")
        if not isinstance(request, dict):
            raise Failure("SerializationException")
        return request

    def answer(self, status, answer, error=None):
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        if error:
            self.send_header("x-amzn-ErrorType", f"{error}:")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--fix", action="append", default=[], choices=FAULTS)
arguments = parser.parse_args()
FIXED.update(arguments.fix)
server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
server.handle_error = lambda *_: None  # a client that went away
server.serve_forever()
