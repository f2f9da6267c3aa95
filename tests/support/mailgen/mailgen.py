#!/usr/bin/python3
"""Makes a mailbox of realistic (or broken) mail from a seed: the same seed gives the same octets everywhere.

    mailgen.py --seed 1 --count 2000 --out DIR [--user alice@mail.test] [--kinds text,reply,...] [--max-size BYTES]

DIR gets 000001.eml … (CRLF line ends, names sort in order) and manifest.json: a list of
{file, folder, flags, internaldate, epoch, kind, size, sha256}.
"""

import argparse
import hashlib
import json
import pathlib
import random
import sys
import time

if __package__ in (None, ""):
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from mailgen.compose import Mailroom  # noqa: E402
from mailgen.torture import TortureRoom  # noqa: E402

WEIGHTS = {"text": 34, "reply": 32, "newsletter": 20, "attachment": 7, "revision": 4, "invite": 3}
KINDS = [*WEIGHTS, "torture", "calendar", "contact"]  # the last two are no mail: one item in a file
MAX_SIZE = 2_000_000


def generate(seed, count, user="alice@mail.test", kinds=tuple(WEIGHTS), max_size=MAX_SIZE, bare=False, nul=False):
    """Yields `count` mails in order of time. Torture mails alternate with the other kinds when both are asked for."""
    room = Mailroom(seed, user, max_size)
    broken = TortureRoom(seed, user, bare=bare, nul=nul)
    names = list(kinds)
    weights = [WEIGHTS.get(k, 34) for k in names]
    for number in range(count):
        kind = random.Random(f"{seed}:kind:{number}").choices(names, weights)[0]
        yield broken.make() if kind == "torture" else room.make(number, kind)


def internaldate(epoch):
    return time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(epoch))


def write(mails, out):
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, mail in enumerate(mails, 1):
        name = f"{number:06d}.eml"
        (out / name).write_bytes(mail.octets)
        rows.append(
            {
                "file": name,
                "folder": mail.folder,
                "flags": mail.flags,
                "internaldate": internaldate(mail.when),
                "epoch": mail.when,
                "kind": mail.kind,
                "size": len(mail.octets),
                "sha256": hashlib.sha256(mail.octets).hexdigest(),
            }
        )
    (out / "manifest.json").write_text(json.dumps(rows, indent=0) + "\n")
    return rows


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--user", default="alice@mail.test")
    parser.add_argument("--kinds", default=",".join(WEIGHTS), help="of " + ",".join(KINDS))
    parser.add_argument("--max-size", type=int, default=MAX_SIZE, help="no attachment makes a mail larger than about this")
    parser.add_argument("--bare", action="store_true", help="torture: also bare CR and bare LF")
    parser.add_argument("--nul", action="store_true", help="torture: also NUL octets")
    args = parser.parse_args(argv)
    kinds = args.kinds.split(",")
    if unknown := set(kinds) - set(KINDS):
        parser.error(f"unknown kind {sorted(unknown)[0]!r}; known: {', '.join(KINDS)}")
    rows = write(generate(args.seed, args.count, args.user, kinds, args.max_size, args.bare, args.nul), args.out)
    print(f"{len(rows)} mails, {sum(r['size'] for r in rows)} bytes in {args.out}")


if __name__ == "__main__":
    main()
