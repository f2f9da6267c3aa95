"""Delivers message files octet for octet.     lmtp.py unix:PATH|HOST:PORT SENDER RECIPIENT FILE…"""

import pathlib
import smtplib
import socket
import sys


def connect(where: str) -> smtplib.LMTP:
    if where.startswith("unix:"):
        return smtplib.LMTP(where.removeprefix("unix:"))
    host, port = where.rsplit(":", 1)
    return smtplib.LMTP(host, int(port))


def _data(server: smtplib.LMTP, octets: bytes) -> None:
    """smtplib's own sendmail repairs line ends; here the octets are the test."""
    code, text = server.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPDataError(code, text)
    if not octets.endswith(b"\r\n"):
        octets += b"\r\n"
    stuffed = octets.replace(b"\r\n.", b"\r\n..")
    server.send((b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n")
    code, text = server.getreply()
    if code != 250:
        raise smtplib.SMTPDataError(code, text)


def deliver(where: str, sender: str, recipient: str, files: list[str]) -> None:
    with connect(where) as server:
        server.ehlo_or_helo_if_needed()
        for name in files:
            octets = pathlib.Path(name).read_bytes()
            for code, text in (server.docmd("MAIL", f"FROM:<{sender}>"), server.docmd("RCPT", f"TO:<{recipient}>")):
                if code != 250:
                    raise smtplib.SMTPResponseException(code, text)
            _data(server, octets)


def main(where: str, sender: str, recipient: str, *files: str) -> int:
    try:
        deliver(where, sender, recipient, list(files))
    except (OSError, socket.error, smtplib.SMTPException) as error:
        print(f"deliver to {recipient}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
