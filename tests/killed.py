"""How many mutants the tests killed: `make mutants` fails below the gate."""

from __future__ import annotations

import json
import sys
from pathlib import Path

GATE = 90.0  # per cent


def main() -> int:
    """Print the score of the last run; 1 when it is below the gate."""
    counts = json.loads(Path("mutants/mutmut-cicd-stats.json").read_text("utf-8"))
    tried = counts["total"] - counts["skipped"]
    # One that never ends is found by its time-out.
    killed = counts["killed"] + counts["timeout"]
    score = 100 * killed / max(tried, 1)
    sys.stdout.write(
        f"{killed} of {tried} mutants killed: {score:.1f} % (gate {GATE:.0f} %)\n"
    )
    return int(score < GATE)


if __name__ == "__main__":
    sys.exit(main())
