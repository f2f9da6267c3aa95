"""The gateway as a container, built and run with Debian's buildah and podman: chroot isolation, the host's network, a base image made here."""

import os
import pathlib
import shutil
import subprocess

import pytest

from lab import ROOT

BASE = "docker.io/library/debian:bookworm-slim"
IMAGE = "localhost/packetboat-test"
CONFIG = """\
state_dir: /var/lib/packetboat
listen: ["127.0.0.1:20943"]
name: 127.0.0.1:20943
domains:
  - domain: example.org
    imap: {host: localhost, port: 143, tls: starttls}
    submission: {host: localhost, port: 587, tls: starttls}
"""


def _why_not() -> str:
    missing = [name for name in ("buildah", "podman", "mmdebstrap", "runc") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)}: not installed"
    return "" if os.geteuid() == 0 else "needs root"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Runs podman or buildah on a store of the test's own, which knows the base image only."""
    if reason := _why_not():
        pytest.skip(reason)
    store = tmp_path_factory.mktemp("images")
    (store / "storage.conf").write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{store}/run"\ngraphroot = "{store}/images"\n')
    (store / "containers.conf").write_text('[containers]\ndefault_ulimits = []\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n')
    environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(store / "storage.conf"), "CONTAINERS_CONF": str(store / "containers.conf")}

    def run(*command: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=3600)
        assert not check or done.returncode == 0, f"{command[:2]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done

    sources = next(path for path in ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list") if pathlib.Path(path).exists())
    run("mmdebstrap", "--quiet", "--variant=minbase", "bookworm", str(store / "base.tar"), sources)
    run("podman", "import", "--quiet", str(store / "base.tar"), BASE)
    yield run
    run("podman", "rm", "--all", "--force", check=False)


def _compiler_cache() -> list[str]:
    """The objects of our own build serve inside, too."""
    if shutil.which("ccache") is None:
        return []
    folder = subprocess.run(["ccache", "--get-config", "cache_dir"], capture_output=True, text=True, check=True).stdout.strip()
    return ["--volume", f"{folder}:/root/.cache/ccache"]


def test_the_gateway_runs_from_its_dockerfile(engine, tmp_path):
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    engine("buildah", "build", "--isolation=chroot", "--network=host", "--pull=never", "--format=docker", *_compiler_cache(), "-t", IMAGE,
           "-f", str(checkout / "docker" / "Dockerfile"), str(checkout))
    config = tmp_path / "gateway.yaml"
    config.write_text(CONFIG)
    config.chmod(0o644)
    name = "packetboat-test"
    engine("podman", "run", "--detach", "--name", name, "--pull=never", "--network=host", "--read-only", "--cap-drop=ALL",
           "--security-opt=no-new-privileges", "--tmpfs=/tmp", "--tmpfs=/run/packetboat:mode=0700,U", "--volume", f"{config}:/etc/packetboat/gateway.yaml:ro", IMAGE)
    try:
        told = engine("podman", "exec", name, "sh", "-c",
                      "for n in $(seq 100); do packetboat status --config /etc/packetboat/gateway.yaml && exit 0; sleep 0.1; done; exit 1", check=False)
        assert told.returncode == 0, engine("podman", "logs", name).stderr + told.stderr
        assert engine("podman", "exec", name, "id", "-u").stdout.strip() != "0"
        pairing = engine("podman", "exec", name, "packetboat", "pair", "--config", "/etc/packetboat/gateway.yaml", "--user", "alice@example.org")
        assert "packetboat://" in pairing.stdout
    finally:
        engine("podman", "rm", "--force", name, check=False)
