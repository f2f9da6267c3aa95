"""A mailbox of 200,000: the skeleton comes, any mail opens, little memory is taken."""

import accounts
from fakes.synthetic import synthetic_octets
from idle import peak_memory, sync_skeleton
from lab import Lab

ROWS = 200_000
MIDDLE = 123_456
MOST_MEMORY = 150 << 20


def opened_is_right(lab: Lab) -> None:
    with accounts.face(lab) as program:
        exists = [line.number for line in program.select("INBOX").lines(b"EXISTS")]
        assert exists == [ROWS]
        assert program.body(MIDDLE) == synthetic_octets(MIDDLE)  # the server's order is the local one


def test_two_hundred_thousand_mails(world):
    with Lab("--server", "fake") as lab:
        sync_skeleton(lab, ROWS)
        opened_is_right(lab)
        with accounts.face(lab) as program:
            program.select("INBOX")
            program.ok("UID STORE", str(MIDDLE), "+FLAGS", "(\\Flagged)")
        accounts.sent_up(lab)
        with accounts.server(lab) as server:
            server.select("INBOX", examine=True)
            assert b"\\Flagged" in server.fetch(MIDDLE, "(FLAGS)")[MIDDLE][b"FLAGS"]
        assert peak_memory(lab.pid("client")) <= MOST_MEMORY
        lab.call("kill", "client")
        lab.call("link", "down")
        lab.call("start", "client")
        opened_is_right(lab)  # what has been opened once is here for good
        assert peak_memory(lab.pid("client")) <= MOST_MEMORY
