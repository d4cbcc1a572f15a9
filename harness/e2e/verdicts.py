"""Prints a run's results as one line a case: verdict, id, and for a finding what differed. Sorted, without what varies."""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    results = json.load(file)

for case in results["cases"]:
    places = ""
    if case["verdict"] in ("divergent", "vacuous", "error"):
        # An invariant lists the case in front of the place.
        places = ", ".join(sorted({mismatch["at"].split(": ")[-1] for mismatch in case["mismatches"]}))
    print("\t".join(filter(None, (case["verdict"], case["id"], places))))
