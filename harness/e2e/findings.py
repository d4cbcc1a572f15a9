"""Holds docs/findings.md to a run: `findings.py NAME-VERSION RESULTS.json ENDPOINT FULLSTOP`.

The figures are those of the run, each row's cases are as many as it says, together they are all divergences at level must, and what
shows a fault again is one of them and runs as written.
"""

import json
import os
import re
import shlex
import subprocess
import sys

emulator, results, endpoint, fullstop = sys.argv[1:]
name, version = emulator.rsplit("-", 1)
with open(results, encoding="utf-8") as file:
    results = json.load(file)
with open("docs/findings.md", encoding="utf-8") as file:
    findings = file.read()

summary = results["summary"]
figures = f"| {summary['must_divergent']} / {summary['must_judged']} | {summary['coverage']:.0%} |".replace("%", " %")
[line] = re.findall(rf"^\| {re.escape(name)} {re.escape(version)} .*$", findings, re.MULTILINE)
wrong = [] if figures in line else [f"{line}\n  is not {figures}"]

divergent = {case["id"] for case in results["cases"] if (case["verdict"], case["level"]) == ("divergent", "must")}
section = findings.split(f"\n## {name} {version}\n", 1)[1].split("\n## ", 1)[0]
listed = set()
for row in re.findall(r"^\| .* \|$", section, re.MULTILINE)[1:]:
    _, requirements, count, again = (cell.strip() for cell in row.strip("| ").rsplit(" | ", 3))
    of_row, area = set(), ""
    for requirement in re.split(r"[,;] ", requirements):
        area, last = requirement.split("/") if "/" in requirement else (area, requirement)
        id = f"{area}/{last}"
        of_row |= {case for case in divergent if case == id or case.startswith(id + "/")}
    if len(of_row) != int(count):
        wrong.append(f"{requirements}: {len(of_row)} cases diverge, not {count}")
    listed |= of_row
    command = shlex.split(again.strip("`"))
    # A broken invariant is shown by a case whose answer breaks it.
    if command[2] not in divergent | {case["id"] for case in results["cases"] if requirements.startswith("invariant/")}:
        wrong.append(f"{again}: it does not diverge")
    command = [fullstop, *(endpoint if word == "$E" else word for word in command[1:])]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ)
    # 1: what it shows diverges.
    if ran.returncode not in (0, 1) or not ran.stdout:
        wrong.append(f"{again}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
wrong += [f"{case} is not listed" for case in sorted(divergent - listed)]
if wrong:
    sys.exit("\n".join(wrong))
print(f"docs/findings.md tells all {len(divergent)} divergences at level must")
