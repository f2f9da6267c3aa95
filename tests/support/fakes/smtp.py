"""The SMTP conversation that submission and LMTP share: lines, faults, DATA."""

import asyncio
import re

from fakes.wire import Closed, Wire

MAX_MESSAGE = 64 << 20
_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>\s*(.*)\Z", re.I)


class SmtpSession:
    protocol = "smtp"
    hello = ("EHLO", "HELO")

    def __init__(self, server, reader, writer):
        self.server, self.store, self.wire = server, server.store, Wire(reader, writer)
        self.user = None
        self.greeted = self.quiet = self.closing = False
        self.reset()

    def reset(self):
        self.sender, self.recipients, self.results, self.parameters = None, [], [], ""

    def reply(self, text):
        if not self.quiet:
            self.wire.write(text.encode() + b"\r\n")

    async def serve(self):
        self.server.sessions.add(self)
        try:
            if not await self.fault("connect"):
                self.reply("220 fake.mail.test ready")
            while not self.closing:
                await self.wire.flush()
                await self._command()
            await self.wire.flush()
        except (Closed, ConnectionError):
            pass
        finally:
            self.server.sessions.discard(self)
            await self.wire.close(abort=not self.closing)

    def drop(self):
        self.wire.writer.close()

    async def _command(self):
        line = (await self.wire.line()).decode("utf-8", "surrogateescape")
        name, _, rest = line.partition(" ")
        name = name.upper()
        point = "ehlo" if name in ("EHLO", "HELO", "LHLO") else name.lower()
        self.server.counts.commands[f"{self.protocol} {point}"] += 1
        handler = getattr(self, "do_" + point, None)
        if not handler:
            return self.reply("500 5.5.1 unknown command")
        recipient = self._path(rest)[0] if point == "rcpt" else None
        if await self.fault(point, recipient=recipient):
            return
        await handler(rest if point != "ehlo" else f"{name} {rest}")
        if self.quiet:
            raise Closed("fault")

    async def fault(self, point, **facts):
        """True: a scripted reply was given and the command must not run."""
        rule = self.server.faults.take(self.protocol, point, user=self.user, **facts)
        if not rule:
            return False
        action = rule["action"]
        if action == "drop-before":
            raise Closed("fault")
        if action == "hang":
            await self.wire.flush()
            await self.wire.hang()
        if action == "delay":
            await asyncio.sleep(rule.get("seconds", 1))
        elif action == "drop-after-accept":
            await self.wire.flush()
            self.quiet = True
        elif action.startswith("reply "):
            if point == "rcpt":
                self.results.append({"address": facts["recipient"], "result": action[6:]})
            self.answer_all(action[6:]) if point == "dot" else self.reply(action[6:])
            if point == "dot" and rule.get("then") == "drop":
                await self.wire.flush()
                raise Closed("fault")
            return True
        return False

    def _path(self, text):
        found = _PATH.match(text)
        return (found[1], found[2]) if found else (None, "")

    async def do_mail(self, rest):
        path, parameters = self._path(rest)
        if not self.greeted or self.sender is not None:
            return self.reply("503 5.5.1 not now")
        if path is None:
            return self.reply("501 5.5.4 MAIL FROM:<address>")
        if not self.may_send():
            return self.reply("530 5.7.0 authentication required")
        size = re.search(r"\bSIZE=(\d+)", parameters, re.I)
        if size and int(size[1]) > MAX_MESSAGE:
            return self.reply("552 5.3.4 too large")
        self.sender, self.parameters = path, parameters
        self.reply("250 2.1.0 ok")

    def may_send(self):
        return True

    async def do_rcpt(self, rest):
        path, parameters = self._path(rest)
        if self.sender is None:
            return self.reply("503 5.5.1 MAIL first")
        if not path:
            return self.reply("501 5.1.3 RCPT TO:<address>")
        refused = self.refuse_recipient(path)
        self.results.append({"address": path, "parameters": parameters, "result": refused or "250 2.1.5 ok"})
        if refused:
            return self.reply(refused)
        self.recipients.append(path)
        self.reply("250 2.1.5 ok")

    def refuse_recipient(self, path):
        return self.server.refused_recipients.get(path)

    async def do_data(self, rest):
        if not self.recipients:
            return self.reply("503 5.5.1 no recipients")
        if self.quiet:
            return None
        self.reply("354 end with CRLF.CRLF")
        await self.wire.flush()
        octets = await self._data()
        refusal = self._unfit(octets)
        if refusal:
            self.answer_all(refusal)
        elif not await self.fault("dot"):
            await self.accept(octets)
        self.reset()

    def _unfit(self, octets):
        if len(octets) > MAX_MESSAGE:
            return "552 5.3.4 too large"
        if b"\0" in octets:
            return "550 5.6.0 NUL in message"
        if self.server.refuse_bare and re.search(rb"\r(?!\n)|(?<!\r)\n", octets):
            return "550 5.5.2 bare CR or LF"
        return None

    def answer_all(self, text):
        self.reply(text)

    async def _data(self):
        """Only CRLF.CRLF ends the mail; the first CRLF may be that of the DATA line itself."""

        async def begun():
            if await self.fault("body"):
                await self.wire.flush()
                raise Closed("fault")

        waiting = bool(self.wire.buffer)
        self.wire.buffer[:0] = b"\r\n"
        if waiting:
            await begun()
        text = await self.wire.until(b"\r\n.\r\n", None if waiting else begun)
        return re.sub(rb"\r\n\.", b"\r\n", text[:-3])[2:]

    async def do_rset(self, rest):
        self.reset()
        self.reply("250 2.0.0 ok")

    async def do_noop(self, rest):
        self.reply("250 2.0.0 ok")

    async def do_quit(self, rest):
        self.reply("221 2.0.0 goodbye")
        self.closing = True

    def deliver(self, address, octets):
        """Into INBOX if the address is one of ours; whether it is."""
        user = self.server.user_of(address)
        if user:
            self.store.append(self.store.mailbox(user, "INBOX"), octets)
        return bool(user)
