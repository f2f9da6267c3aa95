#!/usr/bin/python3
"""Who may include whom. Fails on an include that is not in these tables, naming file:line and the rule.

A folder may use what its row names and everything those may use (a folder that may use net may use runtime).
A sub-folder without a row of its own lives under its parent's row.
"""
import pathlib
import re
import sys

import tree

CODEC = ["codec/property", "codec/mime", "codec/convert", "codec/container", "codec/figure", "codec/content", "codec/chunk", "codec/repeat", "codec/refer", "codec/compress"]
BOOSTER = [
    "booster/runtime", "booster/disk", "booster/sql", "booster/crypto", "booster/net", "booster/platform", "booster/tls", "booster/http",
    "booster/schedule", "booster/session", "booster/transport", "booster/carrier", "booster/store",
]
GRAMMARS = ["proxy/imap", "proxy/smtp", "proxy/dav"]
CLIENT_USES = ["proxy/queue", "proxy/sync", "proxy/messaging", *GRAMMARS, *CODEC, *BOOSTER]
CLIENT_PARTS = ["proxy/client/replica", "proxy/client/events", "proxy/client/faces"]
GATEWAY_PARTS = [f"proxy/gateway/{p}" for p in ("dispatcher", "hosting", "agent", "worker", "broker", "state", "chunks", "connector")]

MAY_USE = {
    "codec/base": [],
    "codec/property": ["codec/base"],
    "codec/mime": ["codec/base"],
    "codec/convert": ["codec/property", "codec/mime"],
    "codec/refer": ["codec/mime", "codec/convert", "codec/content", "codec/chunk"],
    "codec/container": ["codec/base"],
    "codec/figure": ["codec/base"],
    "codec/content": ["codec/mime", "codec/container", "codec/figure"],
    "codec/chunk": ["codec/base"],
    "codec/repeat": ["codec/mime", "codec/content", "codec/chunk"],
    "codec/compress": ["codec/base"],
    "booster/runtime": ["codec/base"],
    "booster/disk": ["booster/runtime"],
    "booster/sql": ["booster/disk"],
    # A sealed file is written through the disk's seam, so that a fault can be put there.
    "booster/crypto": ["booster/disk"],
    "booster/net": ["booster/runtime"],
    # Where the system has no keyring, the secret store is a sealed file.
    "booster/platform": ["booster/runtime", "booster/crypto"],
    "booster/tls": ["booster/net", "booster/crypto"],
    "booster/http": ["booster/net", "booster/crypto"],
    "booster/schedule": ["codec/base"],
    "booster/session": ["booster/schedule", "codec/property"],
    "booster/transport/words": ["booster/session"],
    "booster/transport/packet": ["booster/transport/words", "booster/crypto"],
    "booster/transport": ["booster/transport/words", "booster/transport/packet"],
    "booster/carrier": ["booster/session", "booster/transport", "booster/tls", "booster/http", "booster/net", "booster/platform", "booster/crypto"],
    "booster/store": ["booster/sql", "booster/disk", "codec/chunk"],
    "proxy/imap": ["codec/base"],
    "proxy/smtp": ["codec/base"],
    "proxy/dav": ["codec/base"],
    "proxy/messaging": ["booster/net", "booster/crypto", "booster/session", *CODEC],
    "proxy/queue": ["booster/sql", "booster/disk", "booster/crypto", "booster/schedule", "proxy/messaging", "proxy/sync"],
    "proxy/sync": ["codec/property", "codec/content"],
    "proxy/client/replica": CLIENT_USES + CLIENT_PARTS,
    "proxy/client/events": CLIENT_USES + CLIENT_PARTS,
    "proxy/client/faces": CLIENT_USES + CLIENT_PARTS,
    "proxy/client": CLIENT_USES + CLIENT_PARTS,
    # The folder itself holds the gateway's words (names, settings, links between its processes); its parts stand on them.
    "proxy/gateway": ["booster/crypto", "booster/net", "codec/property"],
    "proxy/gateway/state": ["booster/sql"],
    "proxy/gateway/chunks": ["booster/sql", "booster/crypto", "proxy/sync", "codec/compress", "codec/refer", "codec/repeat"],
    "proxy/gateway/broker": ["proxy/gateway", "proxy/sync", "booster/platform", "booster/carrier"],
    # IMAP COMPRESS is spoken with mail servers too.
    "proxy/gateway/connector": [*GRAMMARS, "booster/net", "booster/tls", "codec/compress"],
    "proxy/gateway/agent": ["proxy/gateway/connector", "proxy/sync", "proxy/messaging", "proxy/gateway/state", "proxy/gateway/chunks",
                            "booster/sql", "codec/convert"],
    "proxy/gateway/worker": ["proxy/gateway", "proxy/messaging", "proxy/sync", "booster/carrier", "booster/platform"],
    "proxy/gateway/hosting": ["proxy/gateway/worker", "proxy/gateway/agent"],
    "proxy/gateway/dispatcher": ["booster/carrier", "proxy/gateway", "proxy/gateway/state", "proxy/gateway/broker", "proxy/gateway/worker",
                                 "proxy/flow"],
    # A flow's open metadata names its lane like a mail stream's.
    "proxy/flow": ["booster/carrier", "booster/http", "booster/net", "codec/chunk", "codec/compress", "proxy/sync"],
    # The gateway's settings are proxy/gateway's own types, filled here.
    "proxy/config": ["booster/crypto", "booster/net", "proxy/gateway"],
    "proxy/admin": ["booster/platform"],
    "proxy/cli": [
        *CLIENT_PARTS, *GATEWAY_PARTS, "proxy/client", "proxy/gateway", "proxy/flow", "proxy/config", "proxy/admin",
        "proxy/queue", "proxy/sync", "proxy/messaging", *GRAMMARS, *BOOSTER, *CODEC,
    ],
    "proxy/tray": [],  # speaks HTTP and JSON to the control socket like any stranger
}
# Files that hold only the words of a folder whose own sources stand on its parts: they have a row of their own, so that parts may use
# the words and nothing else of the folder.
WORDS = {f"booster/transport/{name}": "booster/transport/words" for name in ("types.h", "types.cc", "handshake.h", "entropy.h")}
USES_NOTHING = {"codec/base", "proxy/tray"}
MAY_USE_ANYTHING = ("tests", "perf")
NEVER_TOGETHER = ("proxy/client", "proxy/gateway")
# The front faces the network, the broker holds passwords: what they use may use these, they themselves never.
PARSES_NO_MAIL = ("proxy/gateway/dispatcher", "proxy/gateway/broker")
MAIL = ("codec/mime", "codec/convert", "codec/container", "codec/figure", "codec/content", "codec/repeat", *GRAMMARS)

# A foreign library is included in one folder only, so that a bug in it has one address and a version change one diff.
FOREIGN = [
    (r"uv\.h$", ["booster/runtime", "booster/net"]),
    (r"openssl/", ["booster/crypto", "booster/tls", "booster/transport/packet"]),
    (r"(zstd|zstd_errors|zdict|lz4|lz4hc|lz4frame)\.h$", ["codec/compress"]),
    (r"zlib\.h$", ["codec/compress", "codec/container"]),
    (r"(gmime/|libical/)", ["codec/convert"]),
    (r"sqlite3\.h$", ["booster/sql"]),
    (r"microhttpd\.h$", ["proxy/admin", "proxy/client/faces"]),
    (r"prometheus/", ["proxy/admin"]),
    (r"(libsecret/|linux/(netlink|rtnetlink|if_addr|if_link)\.h)", ["booster/platform"]),
    (r"ares(_.*)?\.h$", ["booster/net"]),
    (r"curl/", ["proxy/gateway/connector"]),
    (r"yaml-cpp/", ["proxy/config"]),
    (r"pugixml\.hpp$", ["proxy/dav", "proxy/config"]),
    (r"qrencode\.h$", ["proxy/cli"]),
    (r"CLI/", ["proxy/cli"]),
    (r"tl/expected\.hpp$", ["codec/base"]),
    (r"(Q[A-Z]\w*|Qt\w+/.*)$", ["proxy/tray"]),
    # Text, logs and JSON are words every layer of their kind may use.
    (r"fmt/", ["codec", "booster", "proxy"]),
    (r"spdlog/", ["booster", "proxy"]),
    (r"nlohmann/", ["proxy"]),
    (r"(glib|gio/gio|glib-object)\.h$", ["codec/convert", "booster/platform"]),
]

# The language's own headers and the system's.
_SYSTEM = re.compile(
    r"(\w+$|(sys|netinet|arpa|linux|net|asm|bits)/|"
    r"(assert|ctype|dirent|dlfcn|endian|errno|fcntl|float|getopt|grp|iconv|ifaddrs|inttypes|langinfo|limits|locale|math|netdb|poll|"
    r"pthread|pwd|regex|resolv|sched|setjmp|signal|spawn|stdarg|stdatomic|stddef|stdint|stdio|stdlib|string|strings|syslog|"
    r"termios|time|ucontext|unistd|utime|wchar|execinfo)\.h$)"
)


def row_of(folder, table=None):
    """The longest row that is this folder or a parent of it."""
    table = MAY_USE if table is None else table
    parts = folder.split("/")
    for length in range(len(parts), 0, -1):
        if "/".join(parts[:length]) in table:
            return "/".join(parts[:length])
    return None


def home(path):
    """The folder whose row a file lives under."""
    return WORDS.get(path, str(pathlib.PurePosixPath(path).parent))


def allowed(row):
    """Everything reachable from a row; codec/base belongs to all but those who use nothing."""
    reached, todo = set(), list(MAY_USE[row]) + ([] if row in USES_NOTHING else ["codec/base"])
    while todo:
        at = todo.pop()
        if at not in reached:
            reached.add(at)
            todo += MAY_USE[at]
    return reached


def below(folder, parent):
    return folder == parent or folder.startswith(parent + "/")


def judge_own(folder, target):
    """None, or the rule that forbids a file of `folder` to include `target`."""
    row, other = row_of(folder), row_of(home(target))
    if row is None:
        return f"{folder} has no row in tests/lint/layers.py"
    if other is None:
        return f"{row} may not use {target}: that folder has no row in tests/lint/layers.py"
    sides = [{side for side in NEVER_TOGETHER if below(name, side)} for name in (row, other)]
    if sides[0] and sides[1] and sides[0] != sides[1]:
        return "client and gateway never include each other"
    if any(below(row, name) for name in PARSES_NO_MAIL) and any(below(other, name) for name in MAIL):
        return f"{row} parses no mail: {other}"
    if other == row or other in allowed(row):
        return None
    named = ", ".join(MAY_USE[row]) or "nothing"
    return f"{row} may not use {other} (it may use {named}, and what those use)"


def judge_foreign(folder, name):
    for pattern, folders in FOREIGN:
        if re.match(pattern, name):
            if any(below(folder, place) for place in folders):
                return None
            return f"<{name}> belongs to {' and '.join(folders)} only"
    if _SYSTEM.match(name):
        return None
    return f"<{name}> is no library of the table in tests/lint/layers.py"


def judge_file(path, root=tree.ROOT):
    where = tree.relative(path, root)
    folder = home(where)
    free = where.split("/")[0] in MAY_USE_ANYTHING
    for line, name, quoted in tree.includes(path):
        if quoted and not (root / name).is_file():
            rule = f'"{name}" is no file of ours: write the path from the root, and <…> for a library'
        elif quoted and name.split("/")[0] in MAY_USE_ANYTHING and not free:
            rule = "the product includes nothing of tests or perf"
        elif free:
            continue
        else:
            rule = judge_own(folder, name) if quoted else judge_foreign(folder, name)
        if rule:
            yield f"{where}:{line}: {rule}"


def main():
    verdicts = [list(judge_file(path)) for path in tree.own_files()]
    failures = [failure for verdict in verdicts for failure in verdict]
    return tree.report("layers", sum(not verdict for verdict in verdicts), failures)


if __name__ == "__main__":
    sys.exit(main())
