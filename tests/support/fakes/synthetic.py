"""Rows for large mailboxes: size and date by arithmetic, octets on demand, always the same for one number."""

import random
from email.utils import formatdate

_WORDS = "anchor berth cargo delay engine fuel harbour invoice journey keel letter manifest notice order pilot quay".split()
_START = 1_600_000_000


def synthetic_size(number):
    return 700 + number * 7919 % 4801


def synthetic_date(number):
    return _START + number * 601


def synthetic_octets(number):
    rng = random.Random(number)
    parent = f"In-Reply-To: <row{number - 1}@rows.test>\r\n" if number % 3 == 0 else ""
    head = (
        f"From: Row {number % 97} <row{number % 97}@rows.test>\r\nTo: alice@mail.test\r\n"
        f"Subject: {rng.choice(_WORDS)} {rng.choice(_WORDS)} {number}\r\nDate: {formatdate(synthetic_date(number))}\r\n"
        f"Message-ID: <row{number}@rows.test>\r\n{parent}MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    ).encode()
    size, body = synthetic_size(number), bytearray()
    while len(head) + len(body) < size:
        body += " ".join(rng.choices(_WORDS, k=10)).encode() + b".\r\n"
    return _cut(head, body, size)


def _cut(head, body, size):
    """Exactly `size` octets, and no half line end."""
    text = bytes(body[: size - len(head) - 2])
    return head + (text[:-1] + b"." if text.endswith(b"\r") else text) + b"\r\n"
