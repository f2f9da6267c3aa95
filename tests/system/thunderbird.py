"""Thunderbird without a screen, on the client's host, driven through its Marionette door."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import accounts
from lab import Lab

PORT = 2828
START_SECONDS = 120

_ACCOUNT = """\
user_pref("mail.accountmanager.accounts", "account1,account2");
user_pref("mail.accountmanager.defaultaccount", "account1");
user_pref("mail.accountmanager.localfoldersserver", "server2");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.name", "face");
user_pref("mail.server.server1.hostname", "{imap_host}");
user_pref("mail.server.server1.port", {imap_port});
user_pref("mail.server.server1.socketType", 0);
user_pref("mail.server.server1.authMethod", 3);
user_pref("mail.server.server1.userName", "{user}");
user_pref("mail.server.server1.login_at_startup", false);
user_pref("mail.server.server2.type", "none");
user_pref("mail.server.server2.name", "Local Folders");
user_pref("mail.server.server2.hostname", "Local Folders");
user_pref("mail.server.server2.userName", "nobody");
user_pref("mail.identity.id1.fullName", "Alice");
user_pref("mail.identity.id1.useremail", "alice@mail.test");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.valid", true);
user_pref("mail.identity.id1.fcc", true);
user_pref("mail.identity.id1.fcc_folder", "imap://{quoted}@{imap_host}/Sent");
user_pref("mail.smtpservers", "smtp1");
user_pref("mail.smtp.defaultserver", "smtp1");
user_pref("mail.smtpserver.smtp1.hostname", "{submission_host}");
user_pref("mail.smtpserver.smtp1.port", {submission_port});
user_pref("mail.smtpserver.smtp1.try_ssl", 0);
user_pref("mail.smtpserver.smtp1.authMethod", 3);
user_pref("mail.smtpserver.smtp1.username", "{user}");
"""
# No questions to a person, nothing asked of the world.
_QUIET = """\
user_pref("marionette.port", {port});
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("mailnews.start_page.enabled", false);
user_pref("mail.rights.version", 1);
user_pref("mail.shell.checkDefaultClient", false);
user_pref("datareporting.policy.bypassNotification", true);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("app.update.auto", false);
user_pref("app.donation.eoy.version.viewed", 999);
user_pref("extensions.update.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
"""

_REMEMBER_PASSWORD = """
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(args[0], null, args[0], args[1], args[2], "", "");
  await Services.logins.addLoginAsync(login);
"""

# What the scripts of a test may use.
_WORDS = """
  const server = MailServices.accounts.accounts[0].incomingServer;
  const sleep = ms => new Promise(done => setTimeout(done, ms));
  const done = act => new Promise((good, bad) => act({
    QueryInterface: ChromeUtils.generateQI(["nsIUrlListener", "nsIMsgCopyServiceListener", "nsIMsgSendListener"]),
    OnStartRunningUrl() {}, OnStopRunningUrl(url, status) { status ? bad(new Error("status " + status)) : good(); },
    onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() { return ""; },
    onStopCopy(status) { status ? bad(new Error("status " + status)) : good(); },
    onStartSending() {}, onSendProgress() {}, onStatus() {}, onGetDraftFolderURI() {}, onSendNotPerformed() {},
    onTransportSecurityError(id, status) { bad(new Error("status " + status)); },
    onStopSending(id, status, text) { status ? bad(new Error("status " + status + " " + text)) : good(); },
  }));
  const folder = async name => {
    for (;;) {
      const found = server.rootFolder.descendants.find(each => each.name.toLowerCase() == name.toLowerCase());
      if (found) return found;
      server.performExpand(null);
      await sleep(200);
    }
  };
  const update = async name => {
    const found = await folder(name);
    found.QueryInterface(Ci.nsIMsgImapMailFolder);
    await done(listener => found.updateFolderWithListener(null, listener));
    return found;
  };
  const find = async (name, subject) => {
    for (;;) {
      const all = await update(name);
      for (const header of all.messages) if (header.mime2DecodedSubject == subject) return header;
      await sleep(200);
    }
  };
"""


class Thunderbird:
    def __init__(self, wire: socket.socket) -> None:
        self._wire, self._buffer, self._number = wire, b"", 0
        self._read()  # who it is
        self._command("WebDriver:NewSession", {})
        self._command("Marionette:SetContext", {"value": "chrome"})
        self._command("WebDriver:SetTimeouts", {"script": accounts.LIMIT_SECONDS * 1000})

    def _read(self) -> Any:
        while b":" not in self._buffer:
            self._fill()
        size, self._buffer = self._buffer.split(b":", 1)
        while len(self._buffer) < int(size):
            self._fill()
        text, self._buffer = self._buffer[: int(size)], self._buffer[int(size) :]
        return json.loads(text)

    def _fill(self) -> None:
        octets = self._wire.recv(65536)
        if not octets:
            raise ConnectionError("Thunderbird hung up")
        self._buffer += octets

    def _command(self, name: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        text = json.dumps([0, self._number, name, parameters]).encode()
        self._wire.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        assert error is None, f"{name}: {error}"
        return result

    def run(self, script: str, *args: str) -> Any:
        """Privileged JavaScript that may await; `args` are its arguments."""
        told = self._command("WebDriver:ExecuteAsyncScript", {"args": list(args), "script":
            f"const args = arguments, end = args[args.length - 1]; (async () => {{ {_WORDS} {script} }})()"
            ".then(value => end({value}), error => end({error: String(error) + error.stack}));"})["value"]
        assert "error" not in told, told["error"]
        return told.get("value")

    def remember_password(self, origin: str, user: str, password: str) -> None:
        self.run(_REMEMBER_PASSWORD, origin, user, password)


def _write_profile(lab: Lab, profile: pathlib.Path) -> None:
    profile.mkdir(parents=True)
    env = lab.env
    imap_host, imap_port = env["FACE_IMAP"].rsplit(":", 1)
    submission_host, submission_port = env["FACE_SUBMISSION"].rsplit(":", 1)
    (profile / "user.js").write_text(_QUIET.format(port=PORT) + _ACCOUNT.format(
        imap_host=imap_host, imap_port=imap_port, submission_host=submission_host, submission_port=submission_port,
        user=env["FACE_USER"], quoted=env["FACE_USER"].replace("@", "%40")))


def _await_door(lab: Lab, process: subprocess.Popen) -> socket.socket:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return accounts.connect(lab, "client", f"127.0.0.1:{PORT}")
        except ConnectionError:
            assert process.poll() is None, f"Thunderbird ended with {process.returncode}"
            assert time.monotonic() < deadline, "Thunderbird does not answer"
            time.sleep(0.2)


@contextlib.contextmanager
def running(lab: Lab, home: pathlib.Path) -> Iterator[Thunderbird]:
    """With the lab's account set up and its password remembered."""
    _write_profile(lab, home / "profile")
    command = ["thunderbird", "--headless", "--profile", str(home / "profile"), "--no-remote", "--marionette", "--remote-allow-system-access"]
    with (home / "thunderbird.log").open("wb") as log:
        process = subprocess.Popen(lab.command("client", *command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True, env={**os.environ, "HOME": str(home)})
    try:
        with _await_door(lab, process) as wire:
            wire.settimeout(accounts.LIMIT_SECONDS)
            made = Thunderbird(wire)
            for scheme, face in (("imap", "FACE_IMAP"), ("smtp", "FACE_SUBMISSION")):
                host = lab.env[face].rsplit(":", 1)[0]
                made.remember_password(f"{scheme}://{host}", lab.env["FACE_USER"], lab.env["FACE_PASSWORD"])
            yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its profile goes with the test
        process.wait()
