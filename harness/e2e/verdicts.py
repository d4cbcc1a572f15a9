"""Prints a run's results in few lines that stay the same: each finding with the places that differed, then how many cases came
to each other verdict."""

import collections
import json
import sys

FINDINGS = ("divergent", "vacuous", "error")

with open(sys.argv[1], encoding="utf-8") as file:
    results = json.load(file)

for case in results["cases"]:
    if case["verdict"] in FINDINGS:
        # An invariant lists the case in front of the place.
        places = ", ".join(sorted({mismatch["at"].split(": ")[-1] for mismatch in case["mismatches"]}))
        print("\t".join(filter(None, (case["verdict"], case["level"], case["id"], places))))

counts = collections.Counter(case["verdict"] for case in results["cases"])
for verdict, count in sorted(counts.items()):
    if verdict not in FINDINGS:
        print(f"{verdict}\t{count}")
