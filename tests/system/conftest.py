"""Whole-system tests: real programs beside real servers, over an emulated link, in scripts/lab's world."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "perf" / "link"))

BINARY = pathlib.Path(os.environ.get("PACKETBOAT_BIN") or ROOT / "build" / "release" / "packetboat")


def _why_not() -> str:
    if not BINARY.exists():
        return f"{BINARY} is not built: scripts/build"
    done = subprocess.run(["unshare", "--net", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "true"], capture_output=True, text=True)
    if done.returncode != 0:
        return f"no network namespaces here: {done.stderr.strip()}"
    return "" if os.access("/dev/net/tun", os.R_OK | os.W_OK) else "no /dev/net/tun here"


@pytest.fixture(scope="session")
def world() -> None:
    """Skips where the lab's world cannot be, and says why."""
    reason = _why_not()
    if reason:
        pytest.skip(reason)
