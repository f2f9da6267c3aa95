"""The emulator asked and told directly: its counts over time, and changes at an exact moment."""

import json
import socket
import threading
import time
from types import TracebackType
from typing import Any

from lab import Lab
from series import Held

PAUSE_SECONDS = 0.01  # between two samples of the counts
ANSWER_SECONDS = 10.0


class LinkControl:
    def __init__(self, lab: Lab) -> None:
        self.wire = socket.socket(socket.AF_UNIX)
        self.wire.settimeout(ANSWER_SECONDS)
        self.wire.connect(lab.dir + "/link.sock")
        self.answers = self.wire.makefile("rb")

    def ask(self, cmd: str, **more: Any) -> dict[str, Any]:
        self.wire.sendall(json.dumps({"cmd": cmd, **more}).encode() + b"\n")
        answer = json.loads(self.answers.readline() or b"{}")
        if not answer.get("ok"):
            raise OSError(f"link: {answer.get('error', 'no answer')}")
        return answer

    def change(self, cmd: str, **more: Any) -> float:
        """The moment, on time.monotonic()'s clock, when the link is so."""
        self.ask(cmd, **more)
        return time.monotonic()

    def close(self) -> None:
        self.answers.close()
        self.wire.close()


class LinkWatch(threading.Thread):
    """Samples of both directions while the block runs."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(daemon=True)
        self.control = LinkControl(lab)
        self.over = threading.Event()
        self.samples: dict[str, list[Held]] = {"up": [], "down": []}

    def run(self) -> None:
        while not self.over.wait(PAUSE_SECONDS):
            told = self.control.ask("stats")
            now = time.monotonic()
            for direction, samples in self.samples.items():
                counts = told[direction]
                samples.append(Held(now, counts["offered_bytes"], counts["offered_packets"], counts.get("queue_bytes", 0)))

    def began(self, direction: str) -> float | None:
        """When something was offered first; None: nothing yet."""
        return next((sample.at for sample in self.samples[direction] if sample.offered_packets), None)

    def __enter__(self) -> "LinkWatch":
        self.control.ask("stats-reset")
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over.set()
        self.join()
        self.control.close()
