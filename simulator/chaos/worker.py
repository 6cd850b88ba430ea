"""A process that runs plans: one line of JSON in for each, one out. Who sends them kills one that hangs.

{"plan": "...", "mutant": "", "shrinks": false}
"""

import json
import os
import sys
from contextlib import nullcontext
from typing import Any

from simulator.chaos.plan import Plan, read_chaos, write_chaos
from simulator.chaos.run import Result, run
from simulator.chaos.shrink import shrink
from simulator.mutants.mutants import planted


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Run a job's plan; shrink it where that is asked and it fails."""
    plan, mutant = read_chaos(job["plan"], "a job"), job["mutant"]

    def once(plan: Plan) -> Result:
        with planted(mutant) if mutant else nullcontext():
            return run(plan)

    result, runs = once(plan), 1
    if job["shrinks"] and result.broken:
        result, more = shrink(result, once)
        runs += more
    return {**result.as_json(), "plan": write_chaos(result.plan), "decisions": result.decisions, "runs": runs}


def main() -> None:
    """Until there are no more lines."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer
    for line in sys.stdin:
        out.write(json.dumps(answer(json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
