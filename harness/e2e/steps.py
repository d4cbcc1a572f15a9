"""Prints the shell of a step of a GitHub action or workflow, or of a GitLab job, as it stands in the YAML file.

    steps.py FILE NAME    the step of that name (GitHub), or the script of the job of that name (GitLab)
    steps.py FILE         the names that there are
"""

import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    document = yaml.safe_load(file)

shells = {}
steps = list(document.get("runs", {}).get("steps", []))
for job in document.get("jobs", {}).values():
    steps += job["steps"]
for step in steps:
    if "run" in step:
        shells[step["name"]] = step["run"]
for name, job in document.items():
    if isinstance(job, dict) and "script" in job:
        lines = []
        for part in ("before_script", "script", "after_script"):
            lines += job.get(part, [])
        shells[name] = "\n".join(lines)

if len(sys.argv) == 2:
    print("\n".join(shells))
elif sys.argv[2] in shells:
    print(shells[sys.argv[2]])
else:
    sys.exit(f"{sys.argv[1]}: no step {sys.argv[2]!r}; there are {', '.join(shells)}")
