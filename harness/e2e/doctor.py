"""Prints what `fullstop doctor --json` found as lines that stay the same: neither times nor ids nor words that hold some."""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file)

for one in found["signing"]:
    print("\t".join(("signature", one["signature"], one["outcome"])))
for one in found["operations"]:
    print("\t".join(("operation", one["operation"], one["presence"])))
for kind in ("states", "faults"):
    for one in found[kind]:
        print("\t".join((kind, one["name"], "reached" if one["reached"] else "out of reach")))
print("\t".join(("obstacle", found["obstacle"] or "none")))
if found["leftovers"]:
    sys.exit(f"left behind: {found['leftovers']}")
