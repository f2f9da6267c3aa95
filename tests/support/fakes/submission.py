"""The submission side: STARTTLS, AUTH, and a record of every mail it took."""

import base64
import binascii
import hashlib
import time

from fakes.smtp import MAX_MESSAGE, SmtpSession

EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")


class Submission(SmtpSession):
    async def do_ehlo(self, line):
        self.reset()
        self.greeted = True
        if line.startswith("HELO"):
            return self.reply("250 fake.mail.test")
        names = ["fake.mail.test", *(e for e in EXTENSIONS if e in self.server.capabilities)]
        if "SIZE" in self.server.capabilities:
            names.append(f"SIZE {MAX_MESSAGE}")
        if self.server.tls and not self.wire.secure:
            names.append("STARTTLS")
        names.append("AUTH PLAIN LOGIN")
        for name in names[:-1]:
            self.reply("250-" + name)
        self.reply("250 " + names[-1])

    async def do_starttls(self, rest):
        if self.wire.secure or not self.server.tls:
            return self.reply("503 5.5.1 not now")
        self.reply("220 2.0.0 begin TLS")
        await self.wire.starttls(self.server.tls)
        if self.wire.injected:
            self.server.counts.injected.append(self.wire.injected.decode("latin-1"))
        self.greeted = False
        self.reset()

    async def do_auth(self, rest):
        mechanism, _, first = rest.partition(" ")
        if self.user:
            return self.reply("503 5.5.1 already")
        try:
            if mechanism.upper() == "PLAIN":
                authzid, user, password = (await self._answer("", first)).split("\0")
            elif mechanism.upper() == "LOGIN":
                authzid, user = "", await self._answer("Username:", first)
                password = await self._answer("Password:", "")
            else:
                return self.reply("504 5.5.4 unknown mechanism")
        except (ValueError, binascii.Error):
            return self.reply("501 5.5.2 bad response")
        self.user = self.server.check_login("smtp", user, password, authzid)
        self.reply("235 2.7.0 welcome" if self.user else "535 5.7.8 wrong user or password")

    async def _answer(self, challenge, first):
        if not first:
            self.reply("334 " + base64.b64encode(challenge.encode()).decode())
            await self.wire.flush()
            first = (await self.wire.line()).decode("latin-1")
        return base64.b64decode("" if first == "=" else first, validate=True).decode()

    def may_send(self):
        return self.user is not None

    async def accept(self, octets):
        """One accepted DATA: recorded and delivered before the reply, as an honest server does."""
        sha = hashlib.sha256(octets).hexdigest()
        number = len(self.store.submissions) + 1
        self.store.change(
            op="submission", number=number, user=self.user, sender=self.sender, parameters=self.parameters,
            recipients=self.results, accepted=self.recipients, sha256=sha, size=len(octets), time=time.time(),
            replied=not self.quiet, octets=base64.b64encode(octets).decode() if self.server.keep_submissions else None,
        )
        for address in self.recipients:
            self.deliver(address, octets)
        if self.server.save_sent:
            self.store.append(self.store.mailbox(self.user, "Sent"), octets, ["\\Seen"])
        self.reply(f"250 2.0.0 queued as F{number:06d}")
