#!/usr/bin/python3
"""clang-tidy over the product's sources, a folder at a time. Clang 14 spends most of its time on what the headers bring (2 s of the
3 s that a file costs alone), so a folder's sources are joined into one text and judged together; a finding is told at the line of
the source it came from. The ASan build joins them too, and like it this asks that a folder's sources keep their local names apart.
A verdict is kept by the content of the folder's sources and every header of ours they reach, so a second run costs nothing."""
import os
import pathlib
import re
import subprocess
import sys
import time

import tree

RULED_BY = "14"  # the version whose verdict counts: others know other checks
EXTRA = ["-Wunused-result", "-Wunused-value", "-Wno-unknown-warning-option", "-ferror-limit=0"]
BATCHES = tree.CACHE / "tidy-batches"


def version():
    try:
        text = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        return "none"
    found = re.search(r"version (\d+)", text)
    return found[1] if found else "unknown"


def join(sources):
    """The text of all, and (first line in it, path) of each."""
    text, starts, line = "", [], 1
    for source in sources:
        body = source.read_text()
        if not body.endswith("\n"):
            body += "\n"
        starts.append((line, source))
        text += body
        line += body.count("\n")
    return text, starts


def told_at_source(report, batch, starts):
    """The report with every place in the joined text as a place in the source."""

    def place(match):
        line = int(match[1])
        first, source = next(s for s in reversed(starts) if s[0] <= line)
        return f"{tree.relative(source)}:{line - first + 1}:"

    report = re.sub(re.escape(str(batch)) + r":(\d+):", place, report)
    return report.replace(str(tree.ROOT) + "/", "")


def judge(folder, sources, flags):
    """"", or what clang-tidy says to these sources of one folder."""
    text, starts = join(sources)
    digest = tree.hash_of(folder, *flags)[:8]
    batch = BATCHES / f"{folder.replace('/', '_')}_{digest}.cc"
    batch.write_text(text)
    command = ["clang-tidy", "--quiet", f"--config-file={tree.ROOT / '.clang-tidy'}", str(batch), "--", *flags, *EXTRA]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tree.ROOT)
    if done.returncode == 0:
        return ""
    return told_at_source(done.stdout.strip() or done.stderr.strip(), batch, starts)


def folders_of(commands):
    """{(folder, flags): its sources}: those that a compiler may see as one."""
    found = {}
    for path in sorted(commands):
        if path.is_file() and tree.relative(path).split("/")[0] in tree.LAYERS:
            found.setdefault((tree.relative(path.parent), tuple(commands[path])), []).append(path)
    return found


def main():
    build = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else tree.ROOT / "build" / "release"
    found = version()
    if found != RULED_BY:
        print(f"clang-tidy: skipped: version {RULED_BY} judges, here is {found}")
        return 0
    begun = time.monotonic()
    BATCHES.mkdir(parents=True, exist_ok=True)
    folders = folders_of(tree.compile_commands(build))
    cache = tree.Passed("tidy")
    salt = (found, (tree.ROOT / ".clang-tidy").read_text(), EXTRA)
    keys = {key: tree.closure_key(sources, *salt, key[1]) for key, sources in folders.items()}
    todo = [key for key in folders if keys[key] not in cache]
    todo.sort(key=lambda key: sum(p.stat().st_size for p in folders[key]), reverse=True)

    def work(key):
        from_ = time.monotonic()
        error = judge(key[0], folders[key], key[1])
        if not error:
            cache.add(keys[key])
        if os.environ.get("PACKETBOAT_LINT_TIMES"):
            print(f"{time.monotonic() - from_:6.1f} s  {key[0]} ({len(folders[key])} sources)", flush=True)
        return error

    failed = {key: error for key, error in zip(todo, tree.in_parallel(work, todo)) if error}
    sources = sum(map(len, folders.values()))
    note = f" ({sources} sources, {len(todo)} folders looked at, {time.monotonic() - begun:.0f} s)"
    return tree.report("clang-tidy", len(folders) - len(failed), list(failed.values()), note)


if __name__ == "__main__":
    sys.exit(main())
