"""Pastes the replay line of every divergent case into a shell and checks that the endpoint answers as it did in the run."""

import json
import os
import re
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    results = json.load(file)

environment = dict(os.environ)
environment["PATH"] = os.path.dirname(os.environ.get("FULLSTOP_E2E_BINARY", os.path.abspath("target/release/fullstop"))) + os.pathsep + environment["PATH"]

checked, wrong = 0, []
for case in results["cases"]:
    if case["verdict"] != "divergent" or not case["exchange"]:
        continue
    came = case["exchange"]["came"]
    if not case["replay"]:
        wrong.append(f"{case['id']}: no replay line")
        continue
    ran = subprocess.run(["sh", "-c", case["replay"]], env=environment, capture_output=True, text=True, timeout=60)
    status = re.findall(r"^(?:HTTP/1\.[01]| +response) (\d{3})", ran.stdout, re.MULTILINE)
    wanted = came.split("\n", 1)[0]
    error = re.search(r'"__type":\s*"([^"]+)"', came)
    checked += 1
    if not status or status[-1] != wanted:
        wrong.append(f"{case['id']}: status {wanted} in the run, {status} in its replay\n{case['replay']}\n{ran.stdout}{ran.stderr}")
    elif error and error.group(1) not in ran.stdout:
        wrong.append(f"{case['id']}: {error.group(1)} in the run, not in its replay\n{case['replay']}\n{ran.stdout}")

if wrong:
    sys.exit("\n".join(wrong))
if not checked:
    sys.exit("no divergent case to replay")
print(f"{checked} replay lines show what the run saw")
