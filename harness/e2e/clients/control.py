"""The control of `fullstop serve --control`, and the CSV file that every client uploads."""

import json
import os
import urllib.request

ENDPOINT = os.environ["FULLSTOP_ENDPOINT"]

# What no request can bring about on demand: the endpoint is asked to answer it.
QUEUED = [
    "InternalErrorException",
    "NotAuthorizedException",
    "OperationNotEnabledException",
    "PreconditionNotMetException",
    "TooManyRequestsException",
]

CSV = (
    "name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,email_verified,gender,"
    "birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,cognito:mfa_enabled,cognito:username\n"
    + ",,,,,,,,,a@example.com,TRUE,,,,,,FALSE,,,FALSE,a\n"
)


def fault(error, times, pool):
    """The next Stops on a pool answer an error."""
    body = {"error": error, "times": times, "UserPoolId": pool}
    call("faults", body)


def call(part, body):
    request = urllib.request.Request(f"{ENDPOINT}/_fullstop/{part}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def upload(url):
    """Puts the CSV file where the job wants it, as the developer guide does it with curl."""
    headers = {"x-amz-server-side-encryption": "aws:kms"}
    request = urllib.request.Request(url, CSV.encode(), headers, method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200, answer.status


def check(holds, what):
    """One more thing that the client relies on. The first that does not hold ends the run."""
    check.count += 1
    if not holds:
        raise SystemExit(f"does not hold: {what}")


check.count = 0
