#!/usr/bin/python3
"""Every header compiles alone. A source whose first include is its own header proves that header at every build; the others
are compiled here."""
import pathlib
import subprocess
import sys

import tree

COMPILER = "g++"


def proved_by_source(header, sources):
    source = header.with_suffix(".cc")
    if source not in sources:
        return False
    included = tree.includes(source)
    return bool(included) and included[0][1] == tree.relative(header)


def union_of_flags(commands):
    """Include paths of every folder; which folder may use them is what layers.py says."""
    flags, seen = ["-std=c++20"], set()
    for command in commands.values():
        at = 0
        while at < len(command):
            pair = tuple(command[at : at + 2]) if command[at] in ("-I", "-isystem", "-D") else (command[at],)
            at += len(pair)
            wanted = "I" in pair[0][:2] or pair[0].startswith("-isystem")
            if wanted and pair not in seen:
                seen.add(pair)
                flags += pair
    return flags


def compile_alone(header, flags):
    """"", or what the compiler says to a source that holds this one include."""
    command = [COMPILER, *flags, "-w", "-fsyntax-only", "-x", "c++", "-"]
    done = subprocess.run(command, input=f'#include "{header}"\n', capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip()


def main():
    commands = tree.compile_commands(sys.argv[1] if len(sys.argv) > 1 else tree.ROOT / "build" / "release")
    flags = union_of_flags(commands)
    version = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=True).stdout
    cache = tree.Passed("headers")
    headers = [h for h in tree.own_files(suffixes=(".h",)) if not proved_by_source(h, commands)]
    keys = {h: tree.closure_key([h], version, flags) for h in headers}
    proved = len(tree.own_files(suffixes=(".h",))) - len(headers)

    def judge(header):
        if keys[header] in cache:
            return None
        error = compile_alone(header, flags)
        if error:
            return f"{tree.relative(header)}:1: does not compile alone\n{error}"
        cache.add(keys[header])
        return None

    failures = [v for v in tree.in_parallel(judge, headers) if v]
    return tree.report("headers", proved + len(headers) - len(failures), failures, f" ({proved} by their own source)")


if __name__ == "__main__":
    sys.exit(main())
