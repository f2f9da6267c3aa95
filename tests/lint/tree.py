"""What the lints share: the project's own files, their includes, the compiler's flags, a cache of verdicts, two workers."""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "lint-cache"
LAYERS = ("codec", "booster", "proxy")
ALL = LAYERS + ("tests", "perf")

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)


def own_files(tops=ALL, suffixes=(".h", ".cc"), root=ROOT):
    found = []
    for top in tops:
        found += [p for p in (root / top).rglob("*") if p.suffix in suffixes and p.is_file()]
    return sorted(found)


def relative(path, root=ROOT):
    return pathlib.Path(path).resolve().relative_to(root).as_posix()


def includes(path):
    """(line, name, quoted) of every include directive."""
    text = path.read_bytes()
    return [
        (text.count(b"\n", 0, m.start()) + 1, (m[1] or m[2]).decode(), m[1] is not None)
        for m in _INCLUDE.finditer(text)
    ]


@functools.lru_cache(maxsize=None)
def closure(path):
    """The file and every own file it includes, however deep."""
    seen, todo = set(), [path]
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        for _, name, quoted in includes(at):
            target = ROOT / name
            if quoted and target.is_file():
                todo.append(target)
    return frozenset(seen)


@functools.lru_cache(maxsize=None)
def _file_hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hash_of(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def closure_key(paths, *salt):
    """Changes with the files, with any own header they reach and with `salt`. Foreign headers: the tool's version stands for them."""
    reached = frozenset().union(*map(closure, paths))
    return hash_of(*salt, *(relative(p) + _file_hash(p) for p in sorted(reached)))


class Passed:
    """Remembers which keys passed. A failure is never remembered."""

    def __init__(self, name):
        self.folder = CACHE / name
        self.folder.mkdir(parents=True, exist_ok=True)

    def __contains__(self, key):
        file = self.folder / key
        if not file.exists():
            return False
        os.utime(file)
        return True

    def add(self, key):
        (self.folder / key).touch()


def compile_commands(build):
    """{source path: its flags that matter to another compiler: -I -isystem -D -std}, from compile_commands.json."""
    file = pathlib.Path(build) / "compile_commands.json"
    if not file.is_file():
        sys.exit(f"{file} is missing: configure that build directory first")
    commands = {}
    for entry in json.loads(file.read_text()):
        words = shlex.split(entry["command"])
        flags, at = [], 0
        while at < len(words):
            word = words[at]
            if word in ("-I", "-isystem", "-D"):
                flags += [word, words[at + 1]]
                at += 1
            elif word.startswith(("-I", "-D", "-std=", "-isystem")):
                flags.append(word)
            at += 1
        for path in sources_of(pathlib.Path(entry["directory"], entry["file"])):
            commands.setdefault(path, flags)
    return commands


def sources_of(compiled):
    """The source itself, or those that a unity build has joined in it."""
    if compiled.parent.name != "Unity":
        return [compiled.resolve()]
    included = re.findall(r'^#include "(.+)"$', compiled.read_text(), re.MULTILINE)
    return [pathlib.Path(path).resolve() for path in included]


def jobs():
    return int(os.environ.get("PACKETBOAT_JOBS", os.cpu_count() or 2))


def in_parallel(work, items):
    with concurrent.futures.ThreadPoolExecutor(jobs()) as pool:
        return list(pool.map(work, items))


def report(name, passed, failures, note=""):
    """Prints what failed and the one-line summary; gives the exit code."""
    for failure in failures:
        print(failure)
    print(f"{name}: {passed} passed, {len(failures)} failed{note}", flush=True)
    return 1 if failures else 0
