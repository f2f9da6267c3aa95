"""scripts/bench codec: what a folder of mail costs on the link, each method in the same run."""

import argparse
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "perf" / "link"))

from rows import Row, commit, save, table  # noqa: E402

PROGRAM = ROOT / "build" / "release" / "perf" / "codec_bench"
# The free ones follow no rules on references and pad nothing: what safety costs. Only live mail knows the rules.
FREE = ("packetboat-free", "packetboat-mix-free")
# What goes up is coded one way whatever the link: a worker would have to hold a mixer for each client.
DOWN_ONLY = ("packetboat-mix", "packetboat-lz4", *FREE)
METHODS = ("packetboat", "packetboat-mix", "packetboat-lz4", *FREE, "gzip-each", "deflate-stream", "zstd19-each", "zstd19-solid")
GENERATED, GENERATED_QUICK = 400, 60
ARCHIVE = ".tar.zst"


def folders(args: argparse.Namespace) -> Iterator[tuple[str, pathlib.Path]]:
    """Name and place of each; an archive is unpacked, without a corpus mail is generated from the seed."""
    with tempfile.TemporaryDirectory(prefix="pb-codec-") as scratch:
        if not args.corpus:
            count = GENERATED_QUICK if args.quick else GENERATED
            subprocess.run([sys.executable, str(ROOT / "tests" / "support" / "mailgen" / "mailgen.py"), "--seed", str(args.seed), "--count",
                            str(count), "--out", scratch, "--user", "alice@mail.test"], check=True, capture_output=True)
            yield "generated", pathlib.Path(scratch)
            return
        corpus = pathlib.Path(args.corpus)
        for entry in sorted(corpus.iterdir()):
            name = entry.name.removesuffix(ARCHIVE)
            if args.folder and name not in args.folder:
                continue
            if entry.is_dir():
                yield name, entry
            elif entry.name.endswith(ARCHIVE):
                out = pathlib.Path(scratch) / name
                out.mkdir(exist_ok=True)
                subprocess.run(["tar", "--zstd", "-xf", str(entry), "-C", str(out)], check=True)
                yield name, out


def measure(method: str, mode: str, name: str, folder: pathlib.Path, at: str, trust: list[str]) -> Row:
    row: Row = {"workload": "codec", "folder": name, "mode": mode, "method": method, "commit": at}
    done = subprocess.run([str(PROGRAM), method, mode, str(folder), *trust], capture_output=True, text=True)
    with contextlib.suppress(json.JSONDecodeError):
        row |= json.loads(done.stdout)
    if done.returncode != 0:
        row.setdefault("error", done.stderr.strip() or f"ended with {done.returncode}")
    elif row["raw_bytes"]:
        row["ratio"] = round(row["bytes"] / row["raw_bytes"], 4)
    return row


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench codec", description="Octets on the link per octet of mail, beside general compressors.")
    parser.add_argument("--corpus", metavar="DIR", help="of folders of mails, one a file, or NAME.tar.zst; else generated mail")
    parser.add_argument("--folder", action="append", metavar="NAME", help="only this one; may stand several times")
    parser.add_argument("--mode", choices=("bulk", "live", "up"), action="append")
    parser.add_argument("--method", choices=METHODS, action="append")
    parser.add_argument("--authserv-id", default="", metavar="ID", help="whose Authentication-Results the user trusts")
    parser.add_argument("--user", action="append", default=[], metavar="ADDRESS", help="the user's own; may stand several times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="fewer mails: within a minute once built")
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    at = commit()
    trust = [args.authserv_id, *args.user]
    rows = [measure(method, mode, name, folder, at, trust) for name, folder in folders(args) for mode in args.mode or ("bulk", "live", "up")
            for method in args.method or METHODS if mode == "live" or method not in (FREE if mode == "bulk" else DOWN_ONLY)]
    if not rows:
        print("bench codec: no such folder", file=sys.stderr)
        return 1
    print(f"codec, commit {at}")
    print(table(rows, ["folder", "mode", "method", "ratio", "bytes", "raw_bytes", "encode_mb_s", "decode_mb_s", "peak_rss", "referring_items"]))
    if args.json:
        save(rows, args.json)
    return 1 if any(row.get("error") for row in rows) else 0


sys.exit(main())
