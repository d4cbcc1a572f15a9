"""Edits a ledger for a test of the gate: `ledger.py drop FILE` takes out the last entry and prints its case; `ledger.py add
FILE CASE` lists a case that passes."""

import sys

action, path = sys.argv[1], sys.argv[2]
with open(path, encoding="utf-8") as file:
    head, *entries = file.read().split("[[known]]")

if action == "drop":
    dropped = entries.pop()
    print(dropped.split('case = "', 1)[1].split('"', 1)[0])
else:
    entries[-1] = entries[-1].rstrip("\n") + "\n\n"
    entries.append(f'\ncase = "{sys.argv[3]}"\nfingerprint = "0123456789abcdef"\nreason = "mended since"\n')

with open(path, "w", encoding="utf-8") as file:
    file.write("[[known]]".join([head, *entries]))
