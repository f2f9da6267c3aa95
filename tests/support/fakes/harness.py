"""How a test starts a fake server and talks to its control port.

    with FakeServer("--users", "alice,bob", tls=True) as fake:
        fake.ask("deliver", user="alice", octets=b"...")
"""

import base64
import json
import pathlib
import socket
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(__file__).resolve().parent / "fake_server.py"
READY_SECONDS = 20


class ControlError(Exception):
    pass


class Control:
    """A client of the control port; usable alone where somebody else started the server."""

    def __init__(self, port=0, host="127.0.0.1", connection=None):
        self._socket = connection or socket.create_connection((host, port))
        self._socket.settimeout(60)
        self._file = self._socket.makefile("rb")

    def ask(self, op, **facts):
        if isinstance(facts.get("octets"), bytes):
            facts["octets"] = base64.b64encode(facts["octets"]).decode()
        self._socket.sendall(json.dumps({"op": op, **facts}).encode() + b"\n")
        answer = json.loads(self._file.readline() or b'{"ok": false, "error": "control connection closed"}')
        if not answer.pop("ok"):
            raise ControlError(answer["error"])
        return answer

    def close(self):
        self._file.close()
        self._socket.close()


def make_certificate(directory, name="localhost"):
    """A self-signed certificate for loopback; (certificate, key)."""
    cert, key = pathlib.Path(directory) / "cert.pem", pathlib.Path(directory) / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )
    return cert, key


class FakeServer:
    def __init__(self, *options, tls=False, directory=None):
        self._scratch = tempfile.TemporaryDirectory(prefix="fake-server-")
        self.options = [*map(str, options)]
        self.cert = None
        if directory:
            self.options += ["--dir", str(directory)]
        if tls:
            self.cert, key = make_certificate(self._scratch.name)
            self.options += ["--cert", str(self.cert), "--key", str(key)]
        self.ports, self.process, self.control = {}, None, None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self._scratch.cleanup()

    def start(self):
        """Starts it; a second start keeps the ports of the first, so that clients find it again."""
        ports = [f"--{name}-port={port}" for name, port in self.ports.items()]
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, *self.options, *ports], stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("READY "):
            self.process.wait(READY_SECONDS)
            raise RuntimeError(f"fake server did not start: {line!r}")
        facts = dict(pair.split("=") for pair in line.split()[1:])
        self.ports = {k: int(v) for k, v in facts.items() if k != "pid"}
        self.control = Control(self.ports["control"])
        return self

    def ask(self, op, **facts):
        return self.control.ask(op, **facts)

    def kill(self):
        """kill -9."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        if self.process.poll() is None:
            self.control.close()
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
