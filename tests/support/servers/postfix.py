"""A private Postfix: submission with Dovecot's accounts, delivery by LMTP, nothing leaves the lab."""

import os
import pathlib
import shutil

from servers.site import DOMAIN, Site, Unavailable

PROGRAM = "/usr/sbin/postfix"
SIZE_LIMIT = 200_000_000


class Postfix:
    name = "postfix"

    def __init__(self, site: Site) -> None:
        if not os.access(PROGRAM, os.X_OK):
            raise Unavailable("Postfix is not installed (postfix)")
        if not site.rooted:
            raise Unavailable("Postfix needs root")
        self.site = site
        self.dir = site.dir / "postfix"

    def prepare(self) -> None:
        if self.dir.exists():
            shutil.rmtree(self.dir)
        for name in ("conf", "queue", "data"):
            (self.dir / name).mkdir(parents=True)
            (self.dir / name).chmod(0o755)
        self.dir.chmod(0o755)
        shutil.chown(self.dir / "data", "postfix")
        (self.dir / "data").chmod(0o700)
        (self.dir / "conf" / "main.cf").write_text(self._main())
        (self.dir / "conf" / "master.cf").write_text(self._master())

    def command(self) -> list[str]:
        return [PROGRAM, "-c", str(self.dir / "conf"), "start-fg"]

    def _main(self) -> str:
        site, home = self.site, self.dir
        addresses = ", ".join(site.addresses)
        return f"""\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/postfix.log
maillog_file_prefixes = /
inet_interfaces = {addresses}
inet_protocols = ipv4
smtp_host_lookup = native
lmtp_host_lookup = native
disable_dns_lookups = yes
myhostname = {DOMAIN}
myorigin = {DOMAIN}
mydestination = {DOMAIN} localhost
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
local_transport = lmtp:inet:127.0.0.1:{site.ports.lmtp}
# One after the other: tests look at the order in which mail was taken.
lmtp_destination_concurrency_limit = 1
lmtp_destination_recipient_limit = 50
default_transport = error:5.1.2 no mail leaves the lab
relay_transport = $default_transport
smtpd_tls_cert_file = {site.tls.cert}
smtpd_tls_key_file = {site.tls.key}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{site.ports.sasl}
smtpd_sasl_security_options = noanonymous
smtpd_authorized_xclient_hosts = 127.0.0.0/8, {addresses}
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
message_size_limit = {SIZE_LIMIT}
mailbox_size_limit = 0
biff = no
# What is submitted arrives as it was: no header added, dropped or repaired, no line folded, no octet recoded.
local_header_rewrite_clients =
message_drop_headers =
header_size_limit = 10000000
lmtp_line_length_limit = 0
disable_mime_output_conversion = yes
queue_run_delay = 5s
minimal_backoff_time = 5s
maximal_backoff_time = 30s
"""

    def _master(self) -> str:
        ports = self.site.ports
        login = """\
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
"""
        listeners = ""
        for address in self.site.addresses:
            listeners += f"{address}:{ports.smtp} inet n - n - 200 smtpd\n"
            listeners += f"{address}:{ports.submission} inet n - n - 200 smtpd\n  -o smtpd_tls_auth_only=no\n{login}"
            listeners += f"{address}:{ports.submissions} inet n - n - 200 smtpd\n  -o smtpd_tls_wrappermode=yes\n{login}"
        return listeners + """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def log_file(directory: pathlib.Path) -> pathlib.Path:
    return directory / "postfix" / "postfix.log"
