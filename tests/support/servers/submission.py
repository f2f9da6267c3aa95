"""A small submission server for labs without root, where Postfix cannot run: login, then LMTP to the mail server.

submission.py --bind ADDRESS,… --port N --lmtp unix:PATH|HOST:PORT --cert FILE --key FILE --users alice,bob
"""

import argparse
import base64
import binascii
import pathlib
import smtplib
import socketserver
import ssl
import sys
import threading

if __package__ in (None, ""):
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from lab.lmtp import connect  # noqa: E402
from servers.site import DOMAIN, MASTER_PASSWORD, MASTER_USER, PASSWORD  # noqa: E402

SIZE_LIMIT = 200_000_000
LINE_LIMIT = 8192
STALL = 300  # RFC 5321 §4.5.3.2: five minutes for a command


class Session(socketserver.StreamRequestHandler):
    timeout = STALL
    server: "Server"

    def handle(self) -> None:
        self.secure = False
        self._reset()
        self.user = ""
        self._say(220, f"{DOMAIN} ESMTP")
        try:
            while (line := self._line()) is not None:
                verb, _, rest = line.partition(" ")
                action = getattr(self, "on_" + verb.lower(), None)
                if action is None:
                    self._say(500, "5.5.2 unknown command")
                elif action(rest.strip()) is False:
                    return
        except OSError:
            pass  # the peer left or stalled

    def _reset(self) -> None:
        self.sender: str | None = None
        self.recipients: list[str] = []

    def _say(self, code: int, *lines: str) -> None:
        text = "".join(f"{code}{' ' if i == len(lines) - 1 else '-'}{line}\r\n" for i, line in enumerate(lines))
        self.wfile.write(text.encode())

    def _line(self) -> str | None:
        line = self.rfile.readline(LINE_LIMIT)
        return line[:-2].decode("utf-8", "replace") if line.endswith(b"\r\n") else None

    def on_ehlo(self, _: str) -> None:
        self._reset()
        more = [] if self.secure else ["STARTTLS"]
        self._say(250, DOMAIN, "PIPELINING", f"SIZE {SIZE_LIMIT}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES",
                  *more, "AUTH PLAIN LOGIN")

    def on_helo(self, _: str) -> None:
        self._reset()
        self._say(250, DOMAIN)

    def on_starttls(self, _: str) -> bool | None:
        if self.secure:
            return self._say(503, "5.5.1 already")
        self._say(220, "2.0.0 go ahead")
        # The new reader starts empty: what came in clear after the command is gone.
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.connection = self.request
        self.rfile = self.request.makefile("rb")
        self.wfile = socketserver._SocketWriter(self.request)
        self.secure = True
        self._reset()
        return None

    def on_auth(self, rest: str) -> None:
        kind, _, initial = rest.partition(" ")
        try:
            if kind.upper() == "PLAIN":
                authorize, user, password = self._answer(initial, "").split("\0")
            elif kind.upper() == "LOGIN":
                user = self._answer(initial, "Username:")
                authorize, password = "", self._answer("", "Password:")
            else:
                return self._say(504, "5.5.4 unknown mechanism")
        except (ValueError, binascii.Error):
            return self._say(501, "5.5.2 malformed")
        self.user = self.server.check(authorize, user, password)
        return self._say(235, "2.7.0 welcome") if self.user else self._say(535, "5.7.8 refused")

    def _answer(self, given: str, question: str) -> str:
        if not given:
            self._say(334, base64.b64encode(question.encode()).decode())
            given = self._line() or ""
        return base64.b64decode("" if given == "=" else given, validate=True).decode()

    def on_mail(self, rest: str) -> None:
        if not self.user:
            return self._say(530, "5.7.0 log in first")
        self.sender = _path(rest)
        self.recipients = []
        return self._say(250, "2.1.0 ok")

    def on_rcpt(self, rest: str) -> None:
        if self.sender is None:
            return self._say(503, "5.5.1 MAIL first")
        name, _, domain = _path(rest).partition("@")
        if domain.lower() not in (DOMAIN, "localhost"):
            return self._say(550, "5.1.2 no mail leaves the lab")
        if name.lower() not in self.server.users:
            return self._say(550, "5.1.1 no such user here")
        self.recipients.append(name.lower())
        return self._say(250, "2.1.5 ok")

    def on_data(self, _: str) -> bool | None:
        if not self.recipients:
            return self._say(503, "5.5.1 RCPT first")
        self._say(354, "end with CRLF.CRLF")
        octets = self._message()
        if octets is None:
            return False
        try:
            self.server.hand_on(self.sender or "", self.recipients, octets)
            self._say(250, "2.0.0 delivered")
        except (OSError, smtplib.SMTPException) as error:
            self._say(451, f"4.3.0 {str(error).splitlines()[0]}")
        self._reset()
        return None

    def _message(self) -> bytes | None:
        """Still dot-stuffed, without the final dot."""
        lines: list[bytes] = []
        previous_whole = True
        while True:
            line = self.rfile.readline(65536)
            if not line:
                return None
            if line == b".\r\n" and previous_whole:
                return b"".join(lines)
            previous_whole = line.endswith(b"\r\n")
            lines.append(line)

    def on_rset(self, _: str) -> None:
        self._reset()
        self._say(250, "2.0.0 ok")

    def on_noop(self, _: str) -> None:
        self._say(250, "2.0.0 ok")

    def on_quit(self, _: str) -> bool:
        self._say(221, "2.0.0 bye")
        return False


def _path(rest: str) -> str:
    start, end = rest.find("<"), rest.find(">")
    return rest[start + 1 : end] if 0 <= start < end else ""


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], lmtp: str, tls: ssl.SSLContext, users: frozenset[str]) -> None:
        super().__init__(address, Session)
        self.lmtp, self.tls, self.users = lmtp, tls, users

    def check(self, authorize: str, user: str, password: str) -> str:
        name = user.partition("@")[0].lower()
        wanted = (authorize or user).partition("@")[0].lower()
        if wanted not in self.users:
            return ""
        if name == wanted and password == PASSWORD:
            return wanted
        return wanted if name == MASTER_USER and password == MASTER_PASSWORD else ""

    def hand_on(self, sender: str, recipients: list[str], stuffed: bytes) -> None:
        with connect(self.lmtp) as server:
            server.ehlo_or_helo_if_needed()
            self._expect(server.docmd("MAIL", f"FROM:<{sender}>"), 250)
            for name in recipients:
                self._expect(server.docmd("RCPT", f"TO:<{name}@{DOMAIN}>"), 250)
            self._expect(server.docmd("DATA"), 354)
            server.send(stuffed + b".\r\n")
            for _ in recipients:
                self._expect(server.getreply(), 250)

    @staticmethod
    def _expect(reply: tuple[int, bytes], code: int) -> None:
        if reply[0] != code:
            raise smtplib.SMTPResponseException(*reply)


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("bind", "port", "lmtp", "cert", "key", "users"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(options.cert, options.key)
    servers = [Server((address, int(options.port)), options.lmtp, tls, frozenset(options.users.split(",")))
               for address in options.bind.split(",")]
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
