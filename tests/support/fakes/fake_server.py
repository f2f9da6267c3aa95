#!/usr/bin/python3
"""A mail server for tests: IMAP, submission and LMTP over one store, steered through a control port.

Prints `READY imap=PORT imaps=PORT submission=PORT lmtp=PORT control=PORT pid=PID` when all doors are open. Port 0
lets the system choose. SIGTERM ends it; after kill -9 a new process with the same --dir goes on where it was.
"""

import argparse
import asyncio
import hmac
import os
import pathlib
import signal
import ssl
import sys

if __package__ in (None, ""):
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from fakes.control import Control  # noqa: E402
from fakes.faults import Counts, Faults  # noqa: E402
from fakes.imap_session import CAPABILITIES, OPTIONAL, Session  # noqa: E402
from fakes.lmtp import Lmtp  # noqa: E402
from fakes.store import Store  # noqa: E402
from fakes.submission import EXTENSIONS, Submission  # noqa: E402

_CONTROL_LINE = 256 << 20  # a delivered mail is one line of base64


class FakeServer:
    def __init__(self, args):
        self.domain = args.domain
        self.store = Store(args.dir)
        self.faults, self.counts = Faults(), Counts()
        without = _names(args.without)
        offered = {*CAPABILITIES, *EXTENSIONS, "SIZE", *_names(args.include)}
        self.capabilities = {c for c in offered if c not in without and c.partition("=")[0] not in without}
        self.tls = self._tls_context(args)
        self.passwords, self.refused_logins, self.refused_recipients = {}, set(), {}
        self.master = tuple(args.master.split(":", 1)) if args.master else None
        self.save_sent, self.keep_submissions, self.refuse_bare = args.save_sent, not args.digests_only, not args.bare
        self.sessions = set()
        self.stopping = asyncio.Event()
        for entry in args.users.split(","):
            user, _, password = entry.partition(":")
            user = user.partition("@")[0].lower()
            self.passwords[user] = password or args.password
            new = user not in self.store.accounts
            self.store.add_user(user)
            if new and args.messages:
                self.store.change(op="synthetic", user=user, mailbox="INBOX", count=args.messages)

    def _tls_context(self, args):
        if not args.cert:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.key)
        return context

    def user_of(self, address):
        local, at, domain = address.rpartition("@")
        local = local.split("+")[0].lower() if at else address.lower()
        return local if local in self.store.accounts and (not at or domain.lower() == self.domain) else None

    def check_login(self, protocol, login, password, authzid=""):
        """The account this log-in opens, or None. Knows plain users, SASL authorization ids and user*master."""
        wanted, star, master = login.partition("*")
        user = self.user_of(authzid or wanted)
        as_master = self.master and (master if star else login) == self.master[0] and (star or authzid)
        expected = self.master[1] if as_master else self.passwords.get(user if user == self.user_of(wanted) else None)
        good = bool(user and expected is not None and hmac.compare_digest(expected.encode(), password.encode()))
        good = good and user not in self.refused_logins
        self.counts.login(protocol, login, password, good)
        return user if good else None

    async def listen(self, args):
        async def door(kind, port, tls=None, **options):
            async def connected(reader, writer):
                await kind(self, reader, writer).serve()

            listener = await asyncio.start_server(connected, args.bind, port, ssl=tls, **options)
            return listener, listener.sockets[0].getsockname()[1]

        ports = {"imap": await door(Session, args.imap_port)}
        if self.tls:
            ports["imaps"] = await door(Session, args.imaps_port, self.tls)
            ports["submissions"] = await door(Submission, args.submissions_port, self.tls)
        ports["submission"] = await door(Submission, args.submission_port)
        ports["lmtp"] = await door(Lmtp, args.lmtp_port)
        ports["control"] = await door(Control, args.control_port, limit=_CONTROL_LINE)
        return ports


def _names(text):
    return {name.strip().upper() for name in (text or "").split(",") if name.strip()}


def arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", help="keep the store here (an append log); without it: memory only")
    parser.add_argument("--bind", default="127.0.0.1")
    for name in ("imap", "imaps", "submission", "submissions", "lmtp", "control"):
        parser.add_argument(f"--{name}-port", type=int, default=0)
    parser.add_argument("--cert", help="PEM chain; without it there is no TLS")
    parser.add_argument("--key")
    parser.add_argument("--users", default="alice", help="alice,bob or alice:password,…")
    parser.add_argument("--domain", default="mail.test")
    parser.add_argument("--password", default="secret")
    parser.add_argument("--master", help="NAME:PASSWORD that may log in as anybody")
    parser.add_argument("--without", help="capabilities to leave out: CONDSTORE,QRESYNC,UIDPLUS,IDLE,…")
    parser.add_argument("--with", dest="include", help="extra capabilities: " + ", ".join(OPTIONAL))
    parser.add_argument("--messages", type=int, default=0, help="rows made for INBOX of each new user")
    parser.add_argument("--save-sent", action="store_true", help="what is submitted also appears in Sent")
    parser.add_argument("--digests-only", action="store_true", help="do not keep the octets of submissions")
    parser.add_argument("--bare", action="store_true", help="take mail with bare CR or LF")
    return parser.parse_args(argv)


async def run(args):
    server = FakeServer(args)
    ports = await server.listen(args)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stopping.set)
    facts = {name: port for name, (_, port) in ports.items()}
    print("READY", *(f"{k}={v}" for k, v in facts.items()), f"pid={os.getpid()}", flush=True)
    await server.stopping.wait()
    for listener, _ in ports.values():
        listener.close()
    for session in list(server.sessions):
        session.drop()


def main():
    asyncio.run(run(arguments()))


if __name__ == "__main__":
    main()
