"""What both sides take while nothing happens, with a large mailbox: memory, processor, octets on the link."""

import os
import pathlib
import re
import sys
import time

from lab import Lab, ROOT

SUPPORT = str(ROOT / "tests" / "support")
CONTROL_PORT = 20099  # of the fake server
SETTLE_SECONDS = 10   # what the end of a synchronization still writes

_FILL = """
import sys
sys.path.insert(0, sys.argv[1])
from fakes.harness import Control
Control(int(sys.argv[2])).ask("synthetic", user="alice", count=int(sys.argv[3]))
"""


def family(pid: int) -> list[int]:
    """The process and all that it has begun."""
    begun = [int(child) for thread in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (thread / "children").read_text().split()]
    return [pid, *(one for child in begun for one in family(child))]


def peak_memory(pid: int) -> int:
    told = re.search(r"^VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(told[1]) * 1024 if told else 0


def cpu_seconds(pid: int) -> float:
    facts = pathlib.Path(f"/proc/{pid}/stat").read_text()
    words = facts[facts.rindex(")") + 2 :].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def sync_skeleton(lab: Lab, mails: int) -> None:
    """So many mails on the (fake) server, all known to the client, no body here."""
    lab.forget_mail()
    lab.run("server", sys.executable, "-c", _FILL, SUPPORT, str(CONTROL_PORT), str(mails))
    config = pathlib.Path(lab.env["CLIENT_CONFIG"])
    config.write_text(config.read_text().replace("bodies: all", "bodies: on-demand"))
    lab.call("start", "client")
    lab.call("wait", "synced", "600")


def observe(lab: Lab, seconds: float) -> dict[str, dict[str, float]]:
    """Per side: the largest memory so far and the share of a core, with all of a side's processes."""
    time.sleep(SETTLE_SECONDS)
    sides = {side: family(lab.pid(side)) for side in ("client", "gateway")}
    lab.stats(reset=True)
    before = {side: sum(map(cpu_seconds, pids)) for side, pids in sides.items()}
    time.sleep(seconds)
    return {side: {"peak_memory_bytes": sum(map(peak_memory, pids)),
                   "cpu_share": round((sum(map(cpu_seconds, pids)) - before[side]) / seconds, 5)} for side, pids in sides.items()}
