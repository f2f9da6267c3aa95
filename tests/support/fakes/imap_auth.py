"""STARTTLS, LOGIN and AUTHENTICATE."""

import base64
import binascii

from fakes.imap_parse import BadCommand, Refused


class Authenticating:
    async def do_starttls(self, parser):
        if self.wire.secure or not self.server.tls:
            raise BadCommand("no STARTTLS now")
        self.ok(b"begin TLS")
        if self.fault == "untagged-before-tls":
            self.untagged(b"CAPABILITY IMAP4rev1 X-INJECTED AUTH=PLAIN")
            self.untagged(b"1000 EXISTS")
        await self.wire.starttls(self.server.tls)
        if self.wire.injected:
            self.server.counts.injected.append(self.wire.injected.decode("latin-1"))

    async def do_login(self, parser):
        parser.space()
        user = parser.text()
        parser.space()
        self._log_in(user, parser.text())

    async def do_authenticate(self, parser):
        parser.space()
        mechanism = parser.word()
        first = None
        if not parser.at_end() and self.has("SASL-IR"):
            parser.space()
            first = parser.atom()
        if mechanism == "PLAIN":
            parts = (await self._sasl(b"", first)).split(b"\0")
            if len(parts) != 3:
                raise BadCommand("bad SASL PLAIN")
            authzid, user, password = (p.decode("utf-8", "replace") for p in parts)
            self._log_in(user, password, authzid)
        elif mechanism == "LOGIN":
            user = (await self._sasl(b"Username:", first)).decode()
            self._log_in(user, (await self._sasl(b"Password:", None)).decode())
        else:
            raise Refused("unknown mechanism")

    async def _sasl(self, challenge, first):
        if first is None:
            self.line(b"+ " + base64.b64encode(challenge))
            await self.wire.flush()
            first = await self.wire.line()
        if first == b"*":
            raise BadCommand("cancelled")
        try:
            return b"" if first == b"=" else base64.b64decode(first, validate=True)
        except binascii.Error:
            raise BadCommand("bad base64") from None

    def _log_in(self, user, password, authzid=""):
        who = self.server.check_login("imap", user, password, authzid)
        if not who:
            raise Refused("[AUTHENTICATIONFAILED] wrong user or password")
        self.user = who
        self.ok(b"[CAPABILITY " + self.capabilities() + b"] welcome")
