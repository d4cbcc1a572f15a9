"""Prints what was learnt of a target's life as lines that do not vary: each meeting, each rule that is broken, each race."""

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
for one in (learnt["sequences"] or {}).get("findings", []):
    found.add(("generated", one["rule"], one["level"]))
for one in (learnt["races"] or {}).get("findings", []):
    found.add((one["kind"], one["rule"], one["level"]))
for where, rule, level in sorted(found):
    print(f"broken\t{where}\t{rule}\t{level}")
