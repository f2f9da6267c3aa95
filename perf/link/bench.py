"""scripts/bench: a workload, each method in the same run."""

import argparse
import sys

import traces
from lab import LabFailed
from rows import median, save, table
from workloads import WORKLOADS, Bench


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description="Whole-system figures over an emulated link, peers in the same run.")
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--profile", default="3g")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="fewer mails, shorter transfers: within a minute once built")
    parser.add_argument("--mails", metavar="N|FOLDER")
    parser.add_argument("--runs", type=int, default=1, help="the median of so many")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--seconds", type=float, metavar="S", help="of each transfer, instead of the workload's own")
    parser.add_argument("--direction", choices=("down", "up"), default="down", help="of bulk")
    parser.add_argument("--traces", metavar="DIR", help="bulk over each recorded link in it (Mahimahi's format) instead of --profile")
    args = parser.parse_args()
    run, keys = (traces.run, traces.KEYS) if args.workload == "bulk" and args.traces else WORKLOADS[args.workload]
    try:
        runs = [run(Bench(args)) for _ in range(args.runs)]
    except LabFailed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    rows = runs[0] if args.runs == 1 else [median(list(same)) for same in zip(*runs)]
    emulated = [row for row in rows if row.get("emulated") != "relay"]
    print(f"{args.workload} on {args.traces or rows[0]['profile']}, seed {args.seed}, commit {rows[0]['commit']}")
    if emulated:
        print(table(emulated, keys))
    if len(emulated) < len(rows):
        print("no namespaces or TUN here: figures through a relay are not comparable and enter no table")
    if args.json:
        save(rows, args.json)
    return 1 if any(row.get("error") for row in rows) else 0


sys.exit(main())
