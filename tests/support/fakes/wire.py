"""One connection of a fake: lines and octets in, octets out; STARTTLS and DEFLATE may be slipped underneath."""

import asyncio
import zlib

MAX_LINE = 1 << 20  # tests send long lines on purpose; beyond this it is a mistake of the test
FLUSH = 1 << 18


class Closed(Exception):
    """The peer is gone, or a fault rule says that we are."""


class Wire:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.buffer = bytearray()
        self.secure = writer.get_extra_info("ssl_object") is not None
        self.injected = b""  # plaintext that was waiting behind STARTTLS: thrown away, kept for tests
        self._inflate = self._deflate = None
        self._dirty = False
        self._unflushed = 0

    @property
    def peer(self):
        host, port = (self.writer.get_extra_info("peername") or ("?", 0))[:2]
        return f"{host}:{port}"

    async def _fill(self):
        try:
            data = await self.reader.read(65536)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Closed(str(error)) from error
        if not data:
            raise Closed("end of stream")
        self.buffer += self._inflate.decompress(data) if self._inflate else data

    async def line(self, limit=MAX_LINE):
        """One line without its end; LF alone ends a line too."""
        start = 0
        while (end := self.buffer.find(b"\n", start)) < 0:
            start = len(self.buffer)
            if start > limit:
                raise Closed("line too long")
            await self._fill()
        text = bytes(self.buffer[:end])
        del self.buffer[: end + 1]
        return text[:-1] if text.endswith(b"\r") else text

    async def exactly(self, count):
        while len(self.buffer) < count:
            await self._fill()
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    async def until(self, mark, started=None):
        """Everything up to and with `mark`; `started` is called once when the first octets are there."""
        start = 0
        while (end := self.buffer.find(mark, start)) < 0:
            start = max(0, len(self.buffer) - len(mark) + 1)
            await self._fill()
            if started:
                await started()
                started = None
        data = bytes(self.buffer[: end + len(mark)])
        del self.buffer[: end + len(mark)]
        return data

    async def hang(self):
        """Says nothing more, swallows what comes, until the peer or a test ends the connection."""
        while True:
            await self._fill()
            self.buffer.clear()

    def write(self, data):
        if self._deflate:
            data, self._dirty = self._deflate.compress(data), True
        self._unflushed += len(data)
        self.writer.write(data)

    async def breathe(self):
        """Lets a long answer out in pieces, so that it never stands whole in memory."""
        if self._unflushed > FLUSH:
            await self.flush()

    async def flush(self):
        self._unflushed = 0
        try:
            if self._deflate and self._dirty:  # an empty block behind the OK of COMPRESS would confuse clients
                self._dirty = False
                self.writer.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
            await self.writer.drain()
        except OSError as error:
            raise Closed(str(error)) from error

    async def starttls(self, context):
        await self.flush()
        self.injected += bytes(self.buffer) + bytes(self.reader._buffer)
        self.buffer.clear()
        self.reader._buffer.clear()
        try:
            await self.writer.start_tls(context)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Closed(f"TLS: {error}") from error
        self.secure = True

    def start_deflate(self):
        self._inflate, self._deflate = zlib.decompressobj(-15), zlib.compressobj(9, zlib.DEFLATED, -15)
        if self.buffer:
            self.buffer = bytearray(self._inflate.decompress(bytes(self.buffer)))

    async def close(self, abort=False):
        if abort:
            self.writer.transport.abort()
        else:
            self.writer.close()
