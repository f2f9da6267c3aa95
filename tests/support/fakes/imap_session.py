"""One IMAP connection: reading commands, log-in, faults, and telling the client what changed."""

import asyncio
import re

from fakes.imap_auth import Authenticating
from fakes.imap_folders import Folders
from fakes.imap_fetch import Fetching
from fakes.imap_messages import Messages
from fakes.imap_notify import Notifying
from fakes.imap_parse import BadCommand, Parser, Refused
from fakes.imap_search import Searching
from fakes.wire import Closed, Wire

MAX_LITERAL = 256 << 20
CAPABILITIES = (
    "LITERAL+ SASL-IR ID ENABLE IDLE NAMESPACE UIDPLUS MOVE UNSELECT CONDSTORE QRESYNC ESEARCH SPECIAL-USE LIST-EXTENDED "
    "LIST-STATUS CHILDREN STATUS=SIZE COMPRESS=DEFLATE"
).split()
OPTIONAL = ("OBJECTID",)  # only with --with
_NEEDS = {  # command -> capability without which it does not exist
    "ID": "ID", "ENABLE": "ENABLE", "IDLE": "IDLE", "NAMESPACE": "NAMESPACE", "MOVE": "MOVE", "UNSELECT": "UNSELECT",
    "COMPRESS": "COMPRESS=DEFLATE",
}
_ANY_STATE = {"CAPABILITY", "NOOP", "LOGOUT", "ID"}
_BEFORE_LOGIN = {"LOGIN", "AUTHENTICATE", "STARTTLS"}
_SELECTED = {"FETCH", "STORE", "SEARCH", "COPY", "MOVE", "EXPUNGE", "CLOSE", "UNSELECT", "CHECK", "UID"}
_AUTHENTICATED = {
    "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "LSUB", "STATUS", "APPEND",
    "IDLE", "NAMESPACE", "ENABLE", "COMPRESS",
}
_LITERAL_END = re.compile(rb"~?\{(\d+)(\+?)\}\Z")


class Session(Authenticating, Notifying, Folders, Fetching, Messages, Searching):
    def __init__(self, server, reader, writer):
        self.server, self.store, self.wire = server, server.store, Wire(reader, writer)
        self.user = None
        self.enabled = set()
        self.box, self.view, self.read_only = None, [], False
        self.pending_flags, self.pending_gone = {}, {}
        self.muted = self.silent = self.closing = False
        self.wake = asyncio.Event()
        self.tag = b"*"

    def has(self, capability):
        return capability in self.server.capabilities

    def line(self, data):
        self.wire.write(data + b"\r\n")

    def untagged(self, data):
        self.line(b"* " + data)

    def ok(self, text=b"done"):
        self.line(self.tag + b" OK " + text)

    def capabilities(self):
        names = ["IMAP4rev1"] + [c for c in (*CAPABILITIES, *OPTIONAL) if self.has(c)]
        if not self.user:
            names += ["AUTH=PLAIN", "AUTH=LOGIN"]
            if not self.wire.secure and self.server.tls:
                names.append("STARTTLS")
        return " ".join(names).encode()

    # ---- the loop

    async def serve(self):
        self.server.sessions.add(self)
        try:
            fault = self.server.faults.take("imap", "GREETING")
            await self._greet(fault)
            while not self.closing:
                await self.wire.flush()
                await self._command()
            await self.wire.flush()
        except (Closed, ConnectionError):
            pass
        finally:
            self.server.sessions.discard(self)
            self.leave_mailbox()
            await self.wire.close(abort=not self.closing)

    async def _greet(self, fault):
        action = fault["action"] if fault else ""
        if action == "preauth":
            self.user = fault.get("user") or next(iter(self.store.accounts))
            return self.untagged(b"PREAUTH [CAPABILITY " + self.capabilities() + b"] ready")
        await self._plain_fault(fault)
        self.untagged(b"OK [CAPABILITY " + self.capabilities() + b"] Packetboat fake ready")

    async def _read_command(self):
        line = await self.wire.line()
        data = line
        while found := _LITERAL_END.search(line):
            size = int(found[1])
            if found[2] and not self.has("LITERAL+"):
                raise BadCommand("no LITERAL+ here")
            if size > MAX_LITERAL:
                raise Closed("literal too large")
            if not found[2]:
                self.line(b"+ go on")
                await self.wire.flush()
            octets = await self.wire.exactly(size)
            line = await self.wire.line()
            data += b"\r\n" + octets + line
        return data

    async def _command(self):
        self.tag = b"*"
        try:
            data = await self._read_command()
            self.tag, _, rest = data.partition(b" ")
            if not rest or not re.fullmatch(rb'[^\s(){%*"\\+]+', self.tag):
                self.tag = b"*"
                raise BadCommand("no tag")
            parser = Parser(rest)
            name = parser.word()
            if name != "UID":
                self.server.counts.commands["imap " + name] += 1
            await self._run(name, parser)
        except BadCommand as error:
            self.line(self.tag + b" BAD " + str(error).encode("latin-1", "replace"))
        except (ValueError, IndexError, TypeError, AttributeError):  # a list where a word belongs, and the like
            self.line(self.tag + b" BAD malformed")
        except Refused as error:
            self.line(self.tag + b" NO " + str(error).encode("latin-1", "replace"))

    async def _run(self, name, parser):
        uid = False
        if name == "UID":
            self._check_state(name)
            parser.space()
            name, uid = parser.word(), True
            if name not in ("FETCH", "STORE", "SEARCH", "COPY", "MOVE", "EXPUNGE"):
                raise BadCommand("unknown UID command")
            self.server.counts.commands["imap UID " + name] += 1
            if name == "EXPUNGE" and not self.has("UIDPLUS"):
                raise BadCommand("unknown command")
        self._check_state(name)
        fault = self.server.faults.take("imap", name, user=self.user, mailbox=self.box and self.box.name)
        await self._plain_fault(fault)
        self.fault = fault["action"] if fault else ""
        handler = getattr(self, "do_" + name.lower())
        if fault and fault["action"] == "drop-after":
            self.wire.write = lambda data: None
        if name in ("FETCH", "STORE", "SEARCH", "COPY", "MOVE", "EXPUNGE"):
            await handler(parser, uid)
        else:
            await handler(parser)
        if fault and fault["action"] == "drop-after":
            raise Closed("fault")

    def _check_state(self, name):
        if name in _NEEDS and not self.has(_NEEDS[name]):
            raise BadCommand("unknown command")
        if name in _ANY_STATE:
            return
        if name in _BEFORE_LOGIN:
            if self.user:
                raise BadCommand("already logged in")
        elif name in _SELECTED or name in _AUTHENTICATED:
            if not self.user:
                raise BadCommand("log in first")
            if name in _SELECTED and not self.box:
                raise BadCommand("no mailbox selected")
        else:
            raise BadCommand("unknown command")

    async def _plain_fault(self, fault):
        """The faults that come before the command is looked at."""
        if not fault:
            return
        action, text = fault["action"], fault.get("text", "scripted").encode()
        if action == "drop":
            raise Closed("fault")
        if action == "no":
            raise Refused(text.decode())
        if action == "bad":
            raise BadCommand(text.decode())
        if action == "bye":
            self.untagged(b"BYE " + text)
            await self.wire.flush()
            raise Closed("fault")
        if action == "hang":
            await self.wire.flush()
            await self.wire.hang()
        if action == "delay":
            await asyncio.sleep(fault.get("seconds", 1))

    # ---- session commands

    async def do_capability(self, parser):
        self.untagged(b"CAPABILITY " + self.capabilities())
        self.ok()

    async def do_noop(self, parser):
        self.tell_changes()
        self.ok()

    do_check = do_noop

    async def do_logout(self, parser):
        self.untagged(b"BYE goodbye")
        self.ok()
        self.closing = True

    async def do_id(self, parser):
        self.untagged(b'ID ("name" "packetboat-fake")')
        self.ok()

    async def do_enable(self, parser):
        done = []
        while not parser.at_end():
            parser.space()
            name = parser.word()
            if name in ("CONDSTORE", "QRESYNC") and self.has(name):
                self.enabled |= {name, "CONDSTORE"}
                done.append(name)
        self.untagged(" ".join(["ENABLED", *done]).encode())
        self.ok()

    async def do_namespace(self, parser):
        self.untagged(b'NAMESPACE (("" "/")) NIL NIL')
        self.ok()

    async def do_compress(self, parser):
        parser.space()
        if parser.word() != "DEFLATE":
            raise BadCommand("unknown mechanism")
        self.ok(b"compressing")
        await self.wire.flush()
        self.wire.start_deflate()

    async def do_idle(self, parser):
        self.line(b"+ idling")
        done = asyncio.ensure_future(self.wire.line())
        try:
            while not done.done():
                self.wake.clear()
                self.tell_changes()
                await self.wire.flush()
                wake = asyncio.ensure_future(self.wake.wait())
                await asyncio.wait({done, wake}, return_when=asyncio.FIRST_COMPLETED)
                wake.cancel()
            if done.result().upper() != b"DONE":
                raise BadCommand("DONE expected")
        finally:
            done.cancel()
        self.tell_changes()
        self.ok()
