"""A private Cyrus IMAP 3.6, where its programs are installed (or unpacked: CYRUS_PROGRAMS names their folder)."""

import os
import pathlib
import shutil
import subprocess

from servers.site import FOLDERS, MASTER_PASSWORD, MASTER_USER, PASSWORD, Site, Unavailable

_BIN = pathlib.Path("/usr/lib/cyrus/bin")


def _program(name: str) -> pathlib.Path:
    for folder in (pathlib.Path(os.environ.get("CYRUS_PROGRAMS", _BIN)), _BIN):
        if os.access(folder / name, os.X_OK):
            return folder / name
    raise Unavailable(f"Cyrus is not installed: no {name} in {_BIN} (cyrus-common, and cyrus-imapd's programs)")


class Cyrus:
    name = "cyrus"

    def __init__(self, site: Site) -> None:
        self.programs = {name: _program(name) for name in ("master", "imapd", "lmtpd", "idled", "ctl_cyrusdb")}
        if not site.rooted:
            raise Unavailable("Cyrus needs root")
        self.site = site
        self.dir = site.dir / "cyrus"

    @property
    def lmtp(self) -> str:
        return f"127.0.0.1:{self.site.ports.lmtp}"

    def prepare(self) -> None:
        if self.dir.exists():
            shutil.rmtree(self.dir)
        own = ("conf", "spool", "sieve", "proc", "lock", "socket")
        for name in own:
            (self.dir / name).mkdir(parents=True)
        for name in ("db", "log", "msg", "proc", "ptclient", "quota", "user", "socket"):
            (self.dir / "conf" / name).mkdir()
        shutil.copy(self.site.tls.key, self.dir / "server.key")
        (self.dir / "server.key").chmod(0o600)
        (self.dir / "imapd.conf").write_text(self._imapd())
        (self.dir / "cyrus.conf").write_text(self._services())
        self._accounts()
        subprocess.run(["chown", "-R", "cyrus:mail", *(str(self.dir / name) for name in (*own, "server.key", "sasldb2"))],
                       check=True)

    def _accounts(self) -> None:
        accounts = {user: PASSWORD for user in self.site.users}
        accounts |= {MASTER_USER: MASTER_PASSWORD, "cyrus": MASTER_PASSWORD}
        for user, password in accounts.items():
            subprocess.run(["saslpasswd2", "-p", "-c", "-f", str(self.dir / "sasldb2"), "-u", "localhost", user],
                           input=password.encode(), check=True)

    def command(self) -> list[str]:
        home = self.dir
        return [str(self.programs["master"]), "-C", f"{home}/imapd.conf", "-M", f"{home}/cyrus.conf",
                "-p", f"{home}/master.pid"]

    def _imapd(self) -> str:
        home = self.dir
        folders = "|".join(FOLDERS)
        special = "".join(f"xlist-{name}: {name}\n" for name in FOLDERS)
        hidden = "".join(f"suppress_capabilities: {' '.join(sorted(self.site.without))}\n" for _ in [0] if self.site.without)
        return f"""\
configdirectory: {home}/conf
defaultpartition: default
partition-default: {home}/spool
sievedir: {home}/sieve
proc_path: {home}/proc
mboxname_lockpath: {home}/lock
idlesocket: {home}/socket/idle
lmtpsocket: {home}/socket/lmtp
notifysocket: {home}/socket/notify
servername: localhost
admins: cyrus
proxyservers: {MASTER_USER}
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {home}/sasldb2
sasl_mech_list: PLAIN LOGIN SCRAM-SHA-256
allowplaintext: yes
unixhierarchysep: yes
altnamespace: yes
virtdomains: off
defaultdomain: localhost
tls_server_cert: {self.site.tls.cert}
tls_server_key: {home}/server.key
tls_session_timeout: 0
autocreate_post: yes
autocreate_users: anyone
autocreate_quota: 0
autocreate_inbox_folders: {folders}
autocreate_subscribe_folders: {folders}
{special}{hidden}imapidlepoll: 1
delete_mode: immediate
duplicatesuppression: no
"""

    def _services(self) -> str:
        conf, ports = f"-C {self.dir}/imapd.conf", self.site.ports
        programs = self.programs
        lines = ""
        for number, address in enumerate(self.site.addresses):
            lines += f'  imap{number} cmd="{programs["imapd"]} {conf}" listen="{address}:{ports.imap}" prefork=1 maxchild=500\n'
            lines += f'  imaps{number} cmd="{programs["imapd"]} {conf} -s" listen="{address}:{ports.imaps}" prefork=0 maxchild=500\n'
        return f"""\
START {{
  recover cmd="{programs["ctl_cyrusdb"]} {conf} -r"
  idled cmd="{programs["idled"]} {conf}"
}}
SERVICES {{
{lines}  lmtp cmd="{programs["lmtpd"]} {conf} -a" listen="127.0.0.1:{ports.lmtp}" prefork=0 maxchild=20
}}
EVENTS {{
  checkpoint cmd="{programs["ctl_cyrusdb"]} {conf} -c" period=30
}}
"""
