"""A provisioning driver: reaches every state and fault of `fullstop serve --control`. Yours does the same for your endpoint.

One JSON object a line on standard input, one back for each on standard output; anything for people goes to standard error.
"""

import json
import os
import sys
import urllib.request


def control(hook, body):
    url = f"{os.environ['FULLSTOP_ENDPOINT']}/_fullstop/{hook}"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode())) as answer:
        return json.load(answer)


for line in sys.stdin:
    [(verb, wanted)] = json.loads(line).items()
    if verb == "acquire":  # a job in this status: {"UserPoolId": …, "JobId": …}, or {"unreachable": "why"}
        reply = control("jobs", {"status": wanted, "held": wanted != "Stopping"})
    elif verb == "release":  # what `acquire` handed out
        reply = control("release", {"UserPoolId": wanted["UserPoolId"]})
    else:  # "fault": the next Stop answers this error, so many times
        reply = control("faults", wanted)
    print(json.dumps(reply), flush=True)
