"""Just enough MIME for IMAP: octet ranges of parts, ENVELOPE and BODYSTRUCTURE."""

import re
from email.utils import getaddresses

MAX_DEPTH = 60
_BLANK = re.compile(rb"\r?\n\r?\n")
_PARAM = re.compile(rb';\s*([^\s=;]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;\s]*))', re.S)
_NEEDS_LITERAL = re.compile(rb'[\x00-\x1f"\\\x7f-\xff]')


class Part:
    """Octets data[start:end]; its header is data[start:body]."""

    __slots__ = ("data", "start", "body", "end", "headers", "type", "params", "children", "message")

    def __init__(self, data, start, end, default, depth):
        self.data, self.start, self.end = data, start, end
        self.body = _header_end(data, start, end)
        self.headers = parse_headers(data[start : self.body])
        kind = self.header("content-type") or default
        self.type = tuple(kind.split(b";", 1)[0].strip().lower().partition(b"/")[::2])
        if not self.type[0] or not self.type[1]:
            self.type = (b"text", b"plain")
        self.params = [(n, re.sub(rb"\\(.)", rb"\1", q) if q else v) for n, q, v in _PARAM.findall(kind)]
        self.children, self.message = [], None
        if depth < MAX_DEPTH:
            self._descend(depth)

    def _descend(self, depth):
        if self.type == (b"message", b"rfc822"):
            self.message = Part(self.data, self.body, self.end, b"text/plain", depth + 1)
        elif self.type[0] == b"multipart":
            default = b"message/rfc822" if self.type[1] == b"digest" else b"text/plain"
            for start, end in self._ranges():
                self.children.append(Part(self.data, start, end, default, depth + 1))

    def _ranges(self):
        boundary = dict((n.lower(), v) for n, v in self.params).get(b"boundary")
        if not boundary:
            return
        mark = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
        body, open_at = self.data[self.body : self.end], None
        for found in mark.finditer(body):
            if open_at is not None:
                yield self.body + open_at, self.body + max(open_at, found.start())
            if found[1]:
                return
            open_at = body.find(b"\n", found.end()) + 1 or len(body)
        if open_at is not None:
            yield self.body + open_at, self.end

    def header(self, name):
        return next((value for key, value in self.headers if key == name.encode()), None)


def parse(data):
    return Part(data, 0, len(data), b"text/plain", 0)


def _header_end(data, start, end):
    for blank in (b"\r\n", b"\n"):
        if data.startswith(blank, start, end):
            return start + len(blank)
    found = _BLANK.search(data, start, end)
    return found.end() if found else end


def parse_headers(block):
    """[(lower-case name, unfolded value)] of a header block."""
    out = []
    for line in re.split(rb"\r?\n(?![ \t])", block):
        name, colon, value = line.partition(b":")
        if colon:
            out.append((name.strip().lower(), re.sub(rb"\r?\n", b"", value).strip()))
    return out


def header_fields(block, names, leave_out):
    """The raw lines of the named fields (or of all others), with the blank line."""
    wanted, out = {n.lower() for n in names}, bytearray()
    for field in re.findall(rb"[^\n]*\n(?:[ \t][^\n]*\n)*|[^\n]+\Z", block):
        name = field.partition(b":")[0].strip().lower()
        if field.strip() and (name in wanted) != leave_out:
            out += field
    return bytes(out) + b"\r\n"


def find(root, numbers):
    """The part at a section path, or None."""
    node, scope, whole = None, root, True  # whole: scope is a message, so that part 1 may be itself
    for number in numbers:
        if scope and 1 <= number <= len(scope.children):
            node = scope.children[number - 1]
        elif scope and whole and number == 1 and not scope.children:
            node = scope
        else:
            return None
        whole = node.message is not None
        scope = node.message or (node if node.children else None)
    return node


def nstring(value):
    if value is None:
        return b"NIL"
    return string(value)


def string(value):
    if _NEEDS_LITERAL.search(value) or len(value) > 900:
        return b"{%d}\r\n%s" % (len(value), value)
    return b'"' + value + b'"'


def _addresses(value):
    if value is None:
        return b"NIL"
    out = b""
    for name, address in getaddresses([value.decode("latin-1")]):
        local, at, host = address.rpartition("@")
        fields = (name, None, local if at else address, host if at else None)
        out += b"(" + b" ".join(nstring(None if f in (None, "") else f.encode("latin-1", "replace")) for f in fields) + b")"
    return b"(" + out + b")" if out else b"NIL"


def envelope(part):
    get = part.header
    sender, reply = get("sender") or get("from"), get("reply-to") or get("from")
    people = (get("from"), sender, reply, get("to"), get("cc"), get("bcc"))
    return b"(%s %s %s %s %s)" % (
        nstring(get("date")), nstring(get("subject")), b" ".join(map(_addresses, people)),
        nstring(get("in-reply-to")), nstring(get("message-id")),
    )


def _params(params):
    if not params:
        return b"NIL"
    return b"(" + b" ".join(string(n) + b" " + string(v) for n, v in params) + b")"


def _disposition(part):
    value = part.header("content-disposition")
    if not value:
        return b"NIL"
    params = [(n, re.sub(rb"\\(.)", rb"\1", q) if q else v) for n, q, v in _PARAM.findall(value)]
    return b"(%s %s)" % (string(value.split(b";")[0].strip()), _params(params))


def _language(part):
    words = [w.strip() for w in (part.header("content-language") or b"").split(b",") if w.strip()]
    return b"(" + b" ".join(map(string, words)) + b")" if words else b"NIL"


def structure(part, extended):
    """BODY or, extended, BODYSTRUCTURE."""
    if part.children:
        out = b"(" + b"".join(structure(c, extended) for c in part.children) + b" " + string(part.type[1])
        if extended:
            out += b" %s %s %s NIL" % (_params(part.params), _disposition(part), _language(part))
        return out + b")"
    kind = part.type if part.type[0] != b"multipart" else (b"text", b"plain")  # a multipart without parts
    params = part.params if part.header("content-type") or kind[0] != b"text" else [(b"charset", b"us-ascii")]
    body = part.data[part.body : part.end]
    out = b"(%s %s %s %s %s %s %d" % (
        string(kind[0]), string(kind[1]), _params(params), nstring(part.header("content-id")),
        nstring(part.header("content-description")), string(part.header("content-transfer-encoding") or b"7bit"), len(body),
    )
    if part.message:
        out += b" " + envelope(part.message) + b" " + structure(part.message, extended)
    if part.message or kind[0] == b"text":
        out += b" %d" % body.count(b"\n")
    if extended:
        out += b" %s %s %s NIL" % (nstring(part.header("content-md5")), _disposition(part), _language(part))
    return out + b")"
