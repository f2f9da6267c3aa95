"""A private Dovecot 2.3: IMAP, LMTP that leaves octets alone, SASL for Postfix."""

import grp
import os
import pathlib
import pwd
import shutil

from servers import maildir
from servers.mails import Mail
from servers.site import FOLDERS, MASTER_PASSWORD, MASTER_USER, PASSWORD, Site, Unavailable

PROGRAM = "/usr/sbin/dovecot"
MAIL_UID = 5000  # no such account is needed: Dovecot takes the number

# What Dovecot 2.3 offers after login, with imap_zlib; --without takes names out of it.
CAPABILITIES = (
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES THREAD=REFS THREAD=ORDEREDSUBJECT "
    "MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC "
    "ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW "
    "STATUS=SIZE SAVEDATE LITERAL+ NOTIFY SPECIAL-USE COMPRESS=DEFLATE").split()


class Dovecot:
    name = "dovecot"

    def __init__(self, site: Site) -> None:
        if not os.access(PROGRAM, os.X_OK):
            raise Unavailable("Dovecot is not installed (dovecot-core dovecot-imapd dovecot-lmtpd)")
        self.site = site
        self.dir = site.dir / "dovecot"
        self.conf = self.dir / "dovecot.conf"

    @property
    def lmtp(self) -> str:
        return f"unix:{self.dir}/run/lmtp"

    def prepare(self, mails: dict[str, list[Mail]]) -> None:
        if self.dir.exists():
            shutil.rmtree(self.dir)
        for name in ("run", "state", "mail"):
            (self.dir / name).mkdir(parents=True)
        self._write_accounts()
        self.conf.write_text(self._config())
        for user in self.site.users:
            maildir.fill_maildir(self.dir / "mail" / user / "Maildir", mails.get(user, []), FOLDERS)
        if self.site.rooted:
            self._give_to_mail_user()

    def command(self) -> list[str]:
        return [PROGRAM, "-F", "-c", str(self.conf)]

    def _write_accounts(self) -> None:
        uid, gid = self._owner()
        home = self.dir / "mail"
        users = "".join(f"{user}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{home}/{user}::\n" for user in self.site.users)
        (self.dir / "users").write_text(users)
        (self.dir / "masters").write_text(f"{MASTER_USER}:{{PLAIN}}{MASTER_PASSWORD}\n")
        for name in ("users", "masters"):
            path = self.dir / name
            path.chmod(0o640)
            if self.site.rooted:
                os.chown(path, 0, grp.getgrnam("dovecot").gr_gid)

    def _owner(self) -> tuple[int, int]:
        return (MAIL_UID, MAIL_UID) if self.site.rooted else (os.geteuid(), os.getegid())

    def _give_to_mail_user(self) -> None:
        for folder, folders, files in os.walk(self.dir / "mail"):
            for name in (".", *folders, *files):
                os.chown(os.path.join(folder, name), MAIL_UID, MAIL_UID)

    def _unprivileged(self) -> str:
        """Without root every service runs as the one user there is, and none can change its root."""
        if self.site.rooted:
            return ""
        user = pwd.getpwuid(os.geteuid()).pw_name
        group = grp.getgrgid(os.getegid()).gr_name
        services = "".join(f"service {name} {{\n  chroot =\n}}\n" for name in ("imap-login", "anvil", "stats"))
        return f"default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n{services}"

    def _config(self) -> str:
        site, ports, home = self.site, self.site.ports, self.dir
        capability = " ".join(name for name in CAPABILITIES if name.split("=")[0] not in site.without and name not in site.without)
        compress = "" if {"COMPRESS", "COMPRESS=DEFLATE"} & site.without else " imap_zlib"
        special = "".join(f"  mailbox {name} {{\n    special_use = \\{name}\n    auto = subscribe\n  }}\n" for name in FOLDERS)
        return f"""\
listen = {" ".join(site.addresses)}
protocols = imap lmtp
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
hostname = mail.test
postmaster_address = postmaster@mail.test
ssl = yes
ssl_cert = <{site.tls.cert}
ssl_key = <{site.tls.key}
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login scram-sha-256
auth_master_user_separator = *
auth_username_format = %Ln
auth_cache_size = 0
auth_failure_delay = 0
login_trusted_networks = {" ".join(site.addresses)}
passdb {{
  driver = passwd-file
  args = {home}/masters
  master = yes
  result_success = continue
}}
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = passwd-file
  args = {home}/users
}}
first_valid_uid = {self._owner()[0]}
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 0
mail_save_crlf = yes
mailbox_list_index = yes
mail_plugins = zlib
lda_mailbox_autocreate = yes
# Delivery adds no line of its own.
lmtp_add_received_header = no
lmtp_hdr_delivery_address = none
imap_capability = {capability}
namespace inbox {{
  inbox = yes
  separator = /
{special}}}
protocol imap {{
  mail_plugins = zlib{compress}
}}
default_process_limit = 2000
default_client_limit = 10000
{self._unprivileged()}\
service imap-login {{
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {ports.imap}
  }}
  inet_listener imaps {{
    port = {ports.imaps}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 2000
  service_count = 100
}}
service lmtp {{
  inet_listener lmtp {{
    port = {ports.lmtp}
  }}
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service auth {{
  client_limit = 12000
  inet_listener sasl {{
    port = {ports.sasl}
  }}
}}
service anvil {{
  client_limit = 10000
}}
service stats {{
  client_limit = 10000
}}
"""


def log_file(directory: pathlib.Path) -> pathlib.Path:
    return directory / "dovecot" / "dovecot.log"
