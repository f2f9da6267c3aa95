"""The fake IMAP, submission and LMTP server of tests/support/fakes, run like the real ones."""

import pathlib
import sys

from servers.site import MASTER_PASSWORD, MASTER_USER, PASSWORD, Site, Unavailable

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "fakes" / "fake_server.py"


class Fake:
    name = "fake"

    def __init__(self, site: Site) -> None:
        if not PROGRAM.exists():
            raise Unavailable(f"{PROGRAM} is missing")
        self.site = site
        self.dir = site.dir / "fake"

    @property
    def lmtp(self) -> str:
        return f"127.0.0.1:{self.site.ports.lmtp}"

    def prepare(self) -> None:
        self.dir.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        site, ports = self.site, self.site.ports
        bind = "0.0.0.0" if len(site.addresses) > 1 else site.addresses[0]
        command = [sys.executable, str(PROGRAM), "--dir", str(self.dir), "--bind", bind,
                   "--imap-port", str(ports.imap), "--imaps-port", str(ports.imaps), "--lmtp-port", str(ports.lmtp),
                   "--submission-port", str(ports.submission), "--submissions-port", str(ports.submissions),
                   "--control-port", str(ports.control), "--master", f"{MASTER_USER}:{MASTER_PASSWORD}",
                   "--cert", str(site.tls.cert), "--key", str(site.tls.key), "--users", ",".join(site.users),
                   "--password", PASSWORD]
        if site.without:
            command += ["--without", ",".join(sorted(site.without))]
        return command
