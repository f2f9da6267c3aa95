"""QUIC by ngtcp2's example programs: one GET of a body that does not end within the time."""

import contextlib
import pathlib
import subprocess
import tempfile
import time
from collections.abc import Iterator

from lab import Lab
from link_watch import LinkWatch
from methods import SERVER, running, stop
from series import Arrivals

PORT = 20556
BODY_BYTES = 4_000_000_000
WINDOW = "64M"  # no flow control in the way of any link here
PAUSE_SECONDS = 0.01
URL = f"https://mail.test/{BODY_BYTES}"  # a path that is a number is answered with so many octets


@contextlib.contextmanager
def served(lab: Lab) -> Iterator[subprocess.Popen[str]]:
    tls = pathlib.Path(lab.dir) / "tls"
    process = running(lab, "server", "gtlsserver", "--quiet", "--cc=bbr", f"--max-dyn-length={BODY_BYTES}", SERVER, str(PORT),
                      str(tls / "server.key"), str(tls / "server.pem"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)  # it says nothing when it listens
        yield process
    finally:
        stop(process)


def fetch(lab: Lab, side: str, *more: str) -> subprocess.Popen[str]:
    return running(lab, side, "gtlsclient", "--quiet", "--cc=bbr", f"--max-data={WINDOW}", f"--max-stream-data-bidi-local={WINDOW}",
                   "--exit-on-all-streams-close", *more, SERVER, str(PORT), URL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def download(lab: Lab, watch: LinkWatch, seconds: float) -> Arrivals:
    """By what the client has written to its file, from its first packet on."""
    with tempfile.TemporaryDirectory(prefix="pb-quic-") as into:
        file = pathlib.Path(into) / str(BODY_BYTES)
        process = fetch(lab, "client", f"--download={into}")
        launched, last, counts = time.monotonic(), 0, []
        try:
            while time.monotonic() < (watch.began("up") or launched) + seconds and process.poll() is None:
                time.sleep(PAUSE_SECONDS)
                size = file.stat().st_size if file.exists() else 0
                if size > last:
                    counts.append((time.monotonic(), size - last))
                    last = size
        finally:
            stop(process)
        return Arrivals(watch.began("up") or launched, counts)
