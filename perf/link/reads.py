"""Opens a mail of the INBOX each 100 ms, newest first: reads.py IMAP USER PASSWORD SECONDS. Prints how long each took."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

from imapclient.client import Client  # noqa: E402

PAUSE_SECONDS = 0.1
LIMIT_SECONDS = 60


def main() -> None:
    place, user, password, seconds = sys.argv[1:]
    host, port = place.rsplit(":", 1)
    client = Client(host, int(port), timeout=LIMIT_SECONDS)
    client.login(user, password)
    client.select("INBOX")
    begun = time.monotonic()
    due = begun
    for uid in sorted(client.fetch("1:*", "(UID)"), reverse=True):
        due = max(due + PAUSE_SECONDS, time.monotonic())
        if due > begun + float(seconds):
            break
        time.sleep(max(0.0, due - time.monotonic()))
        asked = time.monotonic()
        client.body(uid)
        print(time.monotonic() - asked)


main()
