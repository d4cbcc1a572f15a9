"""Puts into results what a hostile endpoint would like to have in a report."""

import json
import sys

HOSTILE = "</script></pre><script>document.title='owned'</script><img src=//127.0.0.1:1/x onerror=document.title='owned'>" \
    "\"'`]]>&amp;\u202e\u200b\u001b[31m\u0000\ufffe"

source, destination = sys.argv[1:]
with open(source) as file:
    results = json.load(file)
for case in results["cases"]:
    if case["exchange"]:
        case["exchange"] = {
            "sent": f"POST /{HOSTILE}\nhost: {HOSTILE}\n\n{HOSTILE}",
            "came": f"418\nserver: {HOSTILE}\n\n{{\"{HOSTILE}\": 1, {HOSTILE}",
        }
    if case["verdict"] == "divergent":
        case["mismatches"] = [{"at": f"body/{HOSTILE}", "wanted": HOSTILE, "got": HOSTILE}]
    case["reason"], case["replay"] = HOSTILE, HOSTILE
results["target"]["name"] = HOSTILE
with open(destination, "w") as file:
    json.dump(results, file)
