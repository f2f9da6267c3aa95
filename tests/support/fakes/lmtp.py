"""LMTP delivery: one reply per recipient, octets unchanged."""

from fakes.smtp import SmtpSession


class Lmtp(SmtpSession):
    protocol = "lmtp"

    async def do_ehlo(self, line):
        if not line.startswith("LHLO"):
            return self.reply("500 5.5.1 this is LMTP")
        self.reset()
        self.greeted = True
        for name in ("fake.mail.test", "PIPELINING", "8BITMIME", "SMTPUTF8"):
            self.reply("250-" + name)
        self.reply("250 ENHANCEDSTATUSCODES")

    def refuse_recipient(self, path):
        refused = super().refuse_recipient(path)
        return refused or (None if self.server.user_of(path) else "550 5.1.1 no such user")

    def answer_all(self, text):
        for _ in self.recipients:
            self.reply(text)

    async def accept(self, octets):
        for address in self.recipients:
            self.deliver(address, octets)
            self.reply(f"250 2.0.0 <{address}> delivered")
