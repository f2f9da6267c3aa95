"""The tunnel on a slow link: what waits in the kernel cannot be overtaken, so little may wait there."""

import random
import re

import accounts
from lab import Lab

MOST_UNSENT = 16 * 1024
SAMPLES = 12


def unsent(lab: Lab) -> int:
    """Bytes of the tunnel that the gateway's kernel holds and has not sent yet."""
    told = lab.run("server", "ss", "-tinH", "sport", "=", ":20443", timeout=30)
    return max((int(found) for found in re.findall(r"\bnotsent:(\d+)", told)), default=0)


def test_little_waits_in_the_kernel_while_a_large_mail_comes_down(world):
    rng = random.Random(1)  # what no coder makes small
    octets = accounts.mail("large", body="\r\n".join(rng.randbytes(36).hex() for _ in range(120_000)))
    with Lab("--profile", "3g", "--wait", "synced", "--carrier", "tls") as lab:
        with accounts.server(lab) as server:
            server.append("INBOX", octets)
        accounts.until(lambda: lab.status()["accounts"][0]["progress"]["messages"] == 1, "the skeleton")
        most = 0
        for _ in range(SAMPLES):
            most = max(most, unsent(lab))
            assert lab.status()["accounts"][0]["progress"]["bodies"] == 0, "came down before it could be watched"
        assert 0 < most <= MOST_UNSENT
        with accounts.server(lab) as server:  # a person's mail overtakes it
            server.append("INBOX", accounts.mail("small"))
        with accounts.face(lab) as program:
            accounts.until(lambda: accounts.find(program, "INBOX", "small"), "the small mail")
            uid = accounts.find(program, "INBOX", "small")[0]
            assert program.body(uid) == accounts.mail("small")
            assert lab.status()["accounts"][0]["progress"]["bodies"] == 1, "the large one was waited for"
