#!/usr/bin/python3
"""Purity proved on symbols: the archives of pure folders ask the system for no clock, socket, file, thread or random source.

An include lint cannot see steady_clock::now(); the linker's table can.
"""
import pathlib
import re
import subprocess
import sys

import tree

PURE = re.compile(r"lib(codec_\w+|booster_(session|transport|schedule)\w*|proxy_(imap|smtp|dav)\w*)\.a$")

# C functions by their whole name.
_C_NAMES = {
    "clock": "clock clock_gettime clock_nanosleep gettimeofday time times ftime timespec_get localtime localtime_r mktime tzset "
    "nanosleep sleep usleep timer_create timerfd_create uv_now uv_hrtime",
    "socket": "socket socketpair connect bind listen accept accept4 send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg "
    "getaddrinfo gethostbyname poll ppoll select pselect epoll_create epoll_create1 epoll_wait epoll_ctl",
    "file": "open open64 openat openat64 creat creat64 fopen fopen64 freopen fdopen fread fgets read readv pread pread64 write writev "
    "pwrite pwrite64 close stat stat64 fstat fstat64 lstat lstat64 fsync fdatasync rename unlink mkdir rmdir opendir readdir mmap "
    "mmap64 mkstemp tmpfile pipe pipe2 getenv secure_getenv",
    "thread": "pthread_create pthread_join pthread_mutex_lock pthread_cond_wait fork vfork execve execv execvp posix_spawn system popen "
    "sem_wait thrd_create",
    "random source": "getrandom getentropy rand rand_r srand random srandom drand48 lrand48 arc4random arc4random_buf arc4random_uniform "
    "RAND_bytes RAND_priv_bytes",
}
_C = {name: kind for kind, names in _C_NAMES.items() for name in names.split()}
# C++ by pattern, on demangled names.
_CXX = [
    (re.compile(r"std::(chrono::|filesystem::).*\b(now|last_write_time)\("), "clock"),
    (re.compile(r"std::(filesystem::|basic_[io]?fstream|basic_filebuf|__basic_file)"), "file"),
    (re.compile(r"std::(thread|jthread|condition_variable|this_thread|__future_base)\b"), "thread"),
    (re.compile(r"std::random_device"), "random source"),
    (re.compile(r"\b(booster::(runtime|disk|net|platform|sql|tls|carrier)::)"), "runtime"),
    (re.compile(r"\bbooster::crypto::(fill_random|random_\w+|Secret::random)\("), "random source"),
    (re.compile(r"^uv_"), "event loop"),
    (re.compile(r"^(CRYPTO|ERR|EVP|HMAC|OPENSSL|SSL|X509)_"), "cipher"),
]


# What one archive is there for, and the others not.
_MAY_ASK = {"libbooster_transport_packet.a": "cipher"}


def kind_of(symbol):
    """Which impurity a demangled undefined symbol is, or None."""
    plain = symbol.split("@")[0]
    if plain in _C:
        return _C[plain]
    return next((kind for pattern, kind in _CXX if pattern.search(symbol)), None)


def impure(archive):
    """(member, symbol, kind) of what an archive should not ask for."""
    listing = subprocess.run(["nm", "-uC", archive], capture_output=True, text=True, check=True).stdout
    member = ""
    for line in listing.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            member = line[:-1]
            continue
        found = re.match(r"\s+[UwvVW]\s+(.*)$", line)
        kind = found and kind_of(found[1])
        if kind and kind != _MAY_ASK.get(archive.name):
            yield member, found[1], kind


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tree.ROOT / "build" / "release")
    archives = [a for a in sorted((build / "lib").glob("*.a")) if PURE.match(a.name)]
    if not archives:
        sys.exit(f"symbols: no pure archive in {build / 'lib'}: build first")
    failures, passed = [], 0
    for archive in archives:
        found = [f"{archive.name}: {member}: asks for a {kind}: {symbol}" for member, symbol, kind in impure(archive)]
        failures += found
        passed += not found
    return tree.report("symbols", passed, failures)


if __name__ == "__main__":
    sys.exit(main())
