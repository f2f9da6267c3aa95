"""One mailbox: messages by UID, mod-sequences, what was expunged, and who listens."""

import hashlib

from fakes.synthetic import synthetic_date, synthetic_octets, synthetic_size

_FLAG_SETS = {}


def intern_flags(flags):
    flags = frozenset(flags)
    return _FLAG_SETS.setdefault(flags, flags)


class _Flagged:
    __slots__ = ()

    def with_flags(self, mode, flags):
        if mode == "=":
            return intern_flags(flags)
        return intern_flags(self.flags | flags if mode == "+" else self.flags - flags)


class Message(_Flagged):
    __slots__ = ("uid", "flags", "date", "sha", "size", "modseq")

    def __init__(self, uid, flags, date, sha, size):
        self.uid, self.flags, self.date, self.sha, self.size = uid, flags, date, sha, size
        self.modseq = 1

    def octets(self, store):
        return store.blobs[self.sha]


class SyntheticMessage(_Flagged):
    """A row whose octets are made when somebody asks: 200,000 of them cost some 20 MB."""

    __slots__ = ("uid", "seed", "flags", "modseq")

    def __init__(self, uid):
        self.uid = self.seed = uid
        self.flags = intern_flags(("\\Seen",) if uid % 7 else ())
        self.modseq = 1

    date = property(lambda self: synthetic_date(self.seed))
    size = property(lambda self: synthetic_size(self.seed))
    sha = property(lambda self: hashlib.sha256(synthetic_octets(self.seed)).hexdigest())

    def octets(self, store):
        return synthetic_octets(self.seed)


class Mailbox:
    def __init__(self, user, name, uidvalidity, special=None):
        self.user, self.name, self.special = user, name, special
        self.uidvalidity, self.uidnext, self.modseq = uidvalidity, 1, 1
        self.messages = {}  # uid -> message; insertion order is UID order
        self.expunged = []  # (modseq, uid)
        self.read_only, self.keywords = False, None  # None: any keyword is kept
        self.misstated = 0  # what RFC822.SIZE says too much; too little below 0
        self.listeners = set()  # sessions that have it selected

    @property
    def object_id(self):
        return hashlib.sha256(f"{self.user}/{self.uidvalidity}".encode()).hexdigest()[:16]

    def add(self, message):
        self.modseq += 1
        message.modseq = self.modseq
        self.messages[message.uid] = message
        self.uidnext = message.uid + 1
        self._tell("on_exists", None)

    def store(self, uids, mode, flags):
        self.modseq += 1
        for uid in uids:
            message = self.messages[uid]
            message.flags, message.modseq = message.with_flags(mode, flags), self.modseq
        self._tell("on_flags", uids)

    def expunge(self, uids):
        self.modseq += 1
        for uid in uids:
            del self.messages[uid]
            self.expunged.append((self.modseq, uid))
        self._tell("on_expunge", uids)

    def renew(self, uidvalidity, renumber):
        """Another UIDVALIDITY, as after a server was rebuilt. Whoever has the mailbox open is thrown out."""
        self.vanish("UIDVALIDITY changed")
        self.uidvalidity, self.expunged, self.modseq = uidvalidity, [], self.modseq + 1
        if renumber:
            messages, self.messages, self.uidnext = list(self.messages.values()), {}, 1
            for message in messages:
                message.uid, self.uidnext = self.uidnext, self.uidnext + 1
                self.messages[message.uid] = message

    def vanish(self, reason):
        for session in list(self.listeners):
            session.on_gone(reason)

    def _tell(self, what, uids):
        for session in list(self.listeners):
            getattr(session, what)(uids)
