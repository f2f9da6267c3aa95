"""A raw SMTP client: one step a call, replies as (code, text); a 250 to DATA is recorded like an IMAP OK."""

import base64
import re
import socket

from imapclient.client import Disconnected, acknowledge, tls_context


class Smtp:
    def __init__(self, host, port, tls=None, ca=None, timeout=30, hello="EHLO client.test", connection=None):
        """tls: None, "implicit" or "starttls"; connection: a socket that is connected already."""
        self.host, self._hello = host, hello
        self._socket = connection or socket.create_connection((host, port))
        self._socket.settimeout(timeout)
        if tls == "implicit":
            self._socket = tls_context(ca).wrap_socket(self._socket, server_hostname=host)
        self._file = self._socket.makefile("rb")
        self.greeting = self.reply()
        self.extensions = self.command(hello)[1].split("\n")[1:]
        if tls == "starttls":
            self.command("STARTTLS")
            self._file.close()
            self._socket = tls_context(ca).wrap_socket(self._socket, server_hostname=host)
            self._file = self._socket.makefile("rb")
            self.extensions = self.command(hello)[1].split("\n")[1:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Disconnected(str(error)) from error

    def reply(self):
        lines = []
        while True:
            try:
                line = self._file.readline()
            except OSError as error:
                raise Disconnected(str(error)) from error
            if not line.endswith(b"\n"):
                raise Disconnected("end of stream")
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            lines.append(text[4:])
            if text[3:4] != "-":
                return int(text[:3]), "\n".join(lines)

    def command(self, text):
        self.send(text.encode("utf-8", "surrogateescape") + b"\r\n")
        return self.reply()

    def login(self, user, password, authzid=""):
        token = base64.b64encode(f"{authzid}\0{user}\0{password}".encode()).decode()
        return self.command("AUTH PLAIN " + token)

    def mail(self, sender, recipients, octets, parameters="", lmtp=False):
        """One transaction: ([reply of each RCPT], reply to the final dot or None; with lmtp a list of them)."""
        code, text = self.command(f"MAIL FROM:<{sender}>{parameters and ' ' + parameters}")
        if code != 250:
            return [], (code, text)
        results = [self.command(f"RCPT TO:<{r}>") for r in recipients]
        accepted = sum(code == 250 for code, _ in results)
        if not accepted:
            self.command("RSET")
            return results, None
        code, text = self.command("DATA")
        if code != 354:
            return results, (code, text)
        self.send(dotted(octets))
        replies = [self.reply() for _ in range(accepted if lmtp else 1)]
        if any(code == 250 for code, _ in replies):
            acknowledge(f"DATA {sender}".encode(), str(replies).encode())
        return results, replies if lmtp else replies[0]

    def close(self):
        self._file.close()
        self._socket.close()


def dotted(octets):
    """A mail as DATA carries it. A missing last line end is added, as SMTP cannot say otherwise."""
    if octets and not octets.endswith(b"\r\n"):
        octets += b"\r\n"
    return re.sub(rb"(\A|\r\n)\.", rb"\1..", octets) + b".\r\n"
