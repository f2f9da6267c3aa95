"""A certificate authority and one server certificate, made for one lab."""

import pathlib
import subprocess

from servers.site import Tls


def _openssl(*args: str, cwd: pathlib.Path) -> None:
    done = subprocess.run(["openssl", *args], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {args[0]}: {done.stderr.strip()}")


def make_tls(into: pathlib.Path, names: list[str], addresses: list[str]) -> Tls:
    into.mkdir(parents=True, exist_ok=True)
    tls = Tls(into / "ca.pem", into / "server.pem", into / "server.key")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    _openssl("req", "-x509", *curve, "-days", "3650", "-subj", "/CN=Packetboat lab CA", "-keyout", "ca.key", "-out", "ca.pem",
             "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign", cwd=into)
    _openssl("req", *curve, "-subj", f"/CN={names[0]}", "-keyout", "server.key", "-out", "server.csr", cwd=into)
    alternatives = [f"DNS:{name}" for name in names] + [f"IP:{address}" for address in addresses]
    (into / "extensions").write_text(f"subjectAltName={','.join(alternatives)}\nextendedKeyUsage=serverAuth\n")
    _openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650",
             "-extfile", "extensions", "-out", "server.pem", cwd=into)
    return tls
