"""Edits a ledger for a test of the gate: `ledger.py drop FILE` takes out the last entry and prints its fault's title."""

import sys

action, path = sys.argv[1:]
if action != "drop":
    sys.exit(f"ledger.py: {action}: only drop is known")
with open(path, encoding="utf-8") as file:
    *others, dropped = file.read().split("[[known]]")
print(others[-1].rsplit("\n# ", 1)[1].strip())
with open(path, "w", encoding="utf-8") as file:
    file.write("[[known]]".join(others))
