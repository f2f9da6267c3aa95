"""The truth about an account, read only through its IMAP socket, and how two such truths differ."""

import calendar
import hashlib
import re
import time
from dataclasses import dataclass

from imapclient.client import quoted

BATCH = 200  # messages whose bodies are asked for at once
_MAX_LINES = 40


@dataclass(frozen=True)
class Row:
    flags: frozenset
    sha256: str
    size: int  # RFC822.SIZE as stated
    octets: int  # as counted
    date: int  # INTERNALDATE, seconds since 1970


def _epoch(text):
    text = text.decode().strip()
    at = calendar.timegm(time.strptime(text[:20].strip(), "%d-%b-%Y %H:%M:%S"))
    sign, hours, minutes = re.search(r"([+-])(\d\d)(\d\d)\Z", text).groups()
    offset = int(hours) * 3600 + int(minutes) * 60
    return at - offset if sign == "+" else at + offset


def mailboxes(client):
    """Names of all mailboxes that can be selected."""
    out = []
    for line in client.ok('LIST "" "*"').lines(b"LIST"):
        flags, _, name = line.values[:3]
        if not {b"\\noselect", b"\\nonexistent"} & {f.lower() for f in flags}:
            out.append((name or b"NIL").decode())
    return out


def read_mailbox(client, name):
    """{uid: Row} and the UIDVALIDITY."""
    reply = client.select(name, examine=True)
    validity = next(int(m[1]) for x in reply.untagged if (m := re.search(rb"\[UIDVALIDITY (\d+)\]", x.raw)))
    if not any(line.number for line in reply.lines(b"EXISTS")):
        return {}, validity
    uids = sorted(client.fetch("1:*", "(UID)"))
    rows = {}
    for start in range(0, len(uids), BATCH):
        part = uids[start : start + BATCH]
        got = client.fetch(f"{part[0]}:{part[-1]}", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
        for uid, items in got.items():
            octets = items.get(b"BODY[]") or b""
            flags = frozenset(f.decode() for f in items[b"FLAGS"] if f.lower() != b"\\recent")
            rows[uid] = Row(flags, hashlib.sha256(octets).hexdigest(), int(items[b"RFC822.SIZE"]), len(octets),
                            _epoch(items[b"INTERNALDATE"]))
    return rows, validity


def read_account(client):
    """{mailbox: {uid: Row}}"""
    return {name: read_mailbox(client, name)[0] for name in mailboxes(client)}


def by_content(view):
    """A view for comparing two sides whose UIDs differ: {mailbox: sorted [(sha256, flags, date, size)]}."""
    return {n: sorted((r.sha256, sorted(r.flags), r.date, r.size) for r in rows.values()) for n, rows in view.items()}


def misstated(view):
    """Messages whose RFC822.SIZE is not the count of their octets."""
    return [(name, uid, r.size, r.octets) for name, rows in view.items() for uid, r in rows.items() if r.size != r.octets]


def _row_difference(left, right):
    out = []
    if left.flags != right.flags:
        out.append(f"flags {' '.join(sorted(left.flags)) or '-'} | {' '.join(sorted(right.flags)) or '-'}")
    for what in ("sha256", "size", "date"):
        if getattr(left, what) != getattr(right, what):
            out.append(f"{what} {getattr(left, what)} | {getattr(right, what)}")
    return ", ".join(out)


def difference(left, right, uids=True):
    """Text that says how two views differ; empty when they do not. uids=False compares contents only."""
    lines = [f"only left: mailbox {n}" for n in sorted(left.keys() - right.keys())]
    lines += [f"only right: mailbox {n}" for n in sorted(right.keys() - left.keys())]
    for name in sorted(left.keys() & right.keys()):
        lines += _by_uid(name, left[name], right[name]) if uids else _by_content(name, left[name], right[name])
    if len(lines) > _MAX_LINES:
        lines[_MAX_LINES:] = [f"… and {len(lines) - _MAX_LINES} more"]
    return "\n".join(lines)


def _by_uid(name, left, right):
    lines = []
    for uid in sorted(left.keys() | right.keys()):
        if uid not in right:
            lines.append(f"{name} {uid}: only left, {left[uid].sha256[:12]}")
        elif uid not in left:
            lines.append(f"{name} {uid}: only right, {right[uid].sha256[:12]}")
        elif text := _row_difference(left[uid], right[uid]):
            lines.append(f"{name} {uid}: {text}")
    return lines


def _by_content(name, left, right):
    """Pairs equal digests in UID order, so that a copy too many shows as one line."""
    waiting = {}
    for uid, row in sorted(right.items()):
        waiting.setdefault(row.sha256, []).append((uid, row))
    lines = []
    for uid, row in sorted(left.items()):
        if not waiting.get(row.sha256):
            lines.append(f"{name}: only left, uid {uid}, {row.sha256[:12]}, {row.size} octets")
        elif text := _row_difference(row, waiting[row.sha256].pop(0)[1]):
            lines.append(f"{name}: uid {uid}: {text}")
    for rows in waiting.values():
        lines += [f"{name}: only right, uid {uid}, {row.sha256[:12]}, {row.size} octets" for uid, row in rows]
    return lines
