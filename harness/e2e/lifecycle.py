"""Prints what was learnt of a target's life as lines that do not vary: each meeting, and each rule that is broken.

With whole seconds, whether a list is in order shows only if two jobs were made in different seconds.
"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    learnt = json.load(file)


def state(value):
    """A state as results write it: a text, or the status within `In`."""
    return value["In"] if isinstance(value, dict) else str(value)


for edge in learnt["automaton"]["edges"]:
    to = "not told" if edge["to"] is None else state(edge["to"])
    print("\t".join(("edge", state(edge["from"]), edge["act"], edge["answer"], to, edge["standing"])))
for status in learnt["automaton"]["unreached"]:
    print(f"unreached\t{status}")
found = {("walk", one["rule"], one["level"]) for one in learnt["differences"]}
for one in learnt["written"]:
    found |= {(one["name"], breach["rule"], breach["level"]) for breach in one["breaches"]}
for where, rule, level in sorted(one for one in found if one[1] != "list-newest-first"):
    print(f"broken\t{where}\t{rule}\t{level}")
# What varies is for the reader, not for the comparison.
for kind, seen in (learnt["races"] or {}).get("seen", {}).items():
    line, count = max(seen.items(), key=lambda item: (item[1], item[0]))
    print(f"  {kind}: {count} races: {line}", file=sys.stderr)
