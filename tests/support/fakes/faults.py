"""Scripted misbehaviour and the counts that tests ask for."""

import collections
import hashlib

# Which actions a rule may name; a typing mistake in a test must not pass as "no fault".
IMAP_ACTIONS = {
    "drop", "drop-after", "no", "bad", "bye", "hang", "delay", "wrong-counts", "untagged-before-tls", "preauth",
    "huge-literal", "skip-vanished",
}
SMTP_ACTIONS = {"drop-before", "drop-after-accept", "hang", "delay"}  # and "reply CODE TEXT"
SMTP_POINTS = {"connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "rset", "quit"}


class Faults:
    def __init__(self):
        self.rules = []
        self.hits = []

    def add(self, protocol, rule):
        """rule: {on|at, action, times (default 1, 0: for ever), user?, recipient?, mailbox?, seconds?, text?}"""
        action = rule["action"]
        point = rule["on" if protocol == "imap" else "at"]
        if protocol == "imap":
            if action not in IMAP_ACTIONS:
                raise ValueError(f"unknown imap action {action!r}")
            point = point.upper()
        elif point not in SMTP_POINTS or not (action in SMTP_ACTIONS or action.startswith("reply ")):
            raise ValueError(f"unknown {protocol} fault {point!r} {action!r}")
        self.rules.append({**rule, "protocol": protocol, "point": point, "left": rule.get("times", 1) or None})

    def take(self, protocol, point, **facts):
        """The first rule that fits here, used up by one."""
        for rule in self.rules:
            if rule["protocol"] != protocol or rule["point"] not in (point, "*"):
                continue
            if any(rule.get(key) not in (None, value) for key, value in facts.items()):
                continue
            if rule["left"] is not None:
                rule["left"] -= 1
                if not rule["left"]:
                    self.rules.remove(rule)
            self.hits.append({"protocol": protocol, "point": point, "action": rule["action"]})
            return rule
        return None

    def clear(self):
        self.rules.clear()


class Counts:
    def __init__(self):
        self.commands = collections.Counter()  # "imap SELECT", "smtp mail", …
        self.logins = collections.Counter()  # (protocol, user, sha256 of password, accepted)
        self.octets = collections.Counter()
        self.injected = []  # plaintext that came behind STARTTLS

    def login(self, protocol, user, password, accepted):
        self.logins[protocol, user, hashlib.sha256(password.encode()).hexdigest(), accepted] += 1

    def report(self):
        keys = ("protocol", "user", "password_sha256", "accepted")
        return {
            "commands": dict(self.commands),
            "logins": [dict(zip(keys, key), count=count) for key, count in sorted(self.logins.items())],
            "injected": self.injected,
        }
