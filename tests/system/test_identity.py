"""Who may what: pairing, devices, passwords; processes apart; the flow lane's rules; and a program that needs no link."""

import contextlib
import os
import pathlib
import sqlite3
import sys

import pytest

import accounts
import devices
from devices import Device
from imapclient.client import Literal
from lab import Lab

IMAP_PORT, SUBMISSION_PORT, TUNNEL_PORT, FLOW_PORT, FAR_PORT = 20143, 20587, 20443, 21080, 20777


@pytest.fixture(scope="module")
def lab(world):
    with Lab("--server", "fake", "--mails", "5", "--wait", "synced") as lab:
        yield lab


@pytest.fixture
def control(lab):
    return accounts.control(lab)


def gateway(lab: Lab) -> dict:
    return accounts.status(lab, "gateway")


def assert_nobody_is_away(lab: Lab) -> None:
    """No session is kept for a client that will not come back."""
    accounts.until(lambda: all(session["connected"] for session in gateway(lab)["sessions"]), "no session away")


# ---- pairing


def test_a_pairing_code_is_good_once(lab, tmp_path):
    url = devices.pairing_url(lab, "bob")
    code, told = Device(lab, tmp_path).run("pair", url)
    assert code == 0 and "bob@mail.test" in told
    assert_nobody_is_away(lab)
    code, told = Device(lab, tmp_path).run("pair", url)
    assert code != 0 and "used" in told
    assert_nobody_is_away(lab)


def test_a_pairing_code_expires(lab, tmp_path):
    url = devices.pairing_url(lab, "bob")
    with contextlib.closing(sqlite3.connect(pathlib.Path(lab.dir) / "gateway" / "gateway.db", timeout=30)) as state:
        with state:
            assert state.execute("UPDATE enrolment_code SET expires_at = expires_at - 700 WHERE used_at IS NULL").rowcount == 1
    code, told = Device(lab, tmp_path).run("pair", url)
    assert code != 0 and "expired" in told
    assert_nobody_is_away(lab)


def test_a_gateway_with_another_key_is_refused(lab, tmp_path):
    code, told = Device(lab, tmp_path).run("pair", devices.with_pin(devices.pairing_url(lab, "bob"), "A" * 43))
    assert code != 0 and "pin" in told
    assert_nobody_is_away(lab)


# ---- a live agent


def assert_unharmed(lab: Lab, program, subject: str) -> None:
    """The first device goes on with the same agent: a mail is pushed to its program."""
    with accounts.server(lab) as client:
        client.append("INBOX", accounts.mail(subject))
    program.idle(b"EXISTS", accounts.LIMIT_SECONDS)


def agent_of(lab: Lab, user: str) -> dict:
    return next(agent for agent in gateway(lab)["agents"] if agent["account"].startswith(user))


def test_a_live_agent_is_not_had_for_a_wrong_password(lab, tmp_path):
    before = agent_of(lab, "alice")
    with accounts.face(lab) as program, Device(lab, tmp_path).pair("alice").start().connected() as other:
        program.select("INBOX")
        code, told = other.add_account("alice", "guessed")
        assert code != 0 and "refused the password" in told
        assert other.status()["accounts"] == []
        assert_unharmed(lab, program, "after a guess")
        code, told = other.add_account("alice", "secret")
        assert code == 0, told
        accounts.until(lambda: agent_of(lab, "alice")["devices"] == 2, "two devices at one agent")
        assert_unharmed(lab, program, "beside another device")
    assert agent_of(lab, "alice")["id"] == before["id"]


def test_a_live_agent_is_not_had_for_the_device_key_of_another_user(lab, tmp_path):
    before = agent_of(lab, "alice")
    with accounts.face(lab) as program, Device(lab, tmp_path).pair("bob").start().connected() as other:
        program.select("INBOX")
        code, told = other.add_account("alice", "secret")
        assert code != 0 and "not enrolled for alice@mail.test" in told
        assert_unharmed(lab, program, "after a try with another key")
        code, told = other.add_account("bob", "secret")
        assert code == 0, told
    assert agent_of(lab, "alice")["id"] == before["id"]
    assert agent_of(lab, "alice")["devices"] == 1


def test_a_revoked_device_is_out_and_is_told(lab, tmp_path):
    with accounts.face(lab) as program, Device(lab, tmp_path).pair("alice").start().connected() as other:
        program.select("INBOX")
        assert other.add_account("alice", "secret")[0] == 0
        accounts.until(lambda: other.status()["accounts"][0]["synced"], "the other device synced")
        code, told = devices.command(lab, "server", "devices", "revoke", "--config", lab.env["GATEWAY_CONFIG"], other.name)
        assert code == 0, told
        accounts.until(lambda: "revoked" in other.status()["session"]["trouble"], "the device hears that it was revoked")
        with other.face("alice") as its_program:  # what it holds it still shows
            its_program.login("alice@mail.test", other.face_password("alice"))
            assert any(line.number for line in its_program.select("INBOX").lines(b"EXISTS"))
        assert_unharmed(lab, program, "after a revocation")
    listed = {device["name"]: device for device in gateway(lab)["devices"]}
    assert listed[other.name]["revoked"]
    assert agent_of(lab, "alice")["devices"] == 1


# ---- the mailbox password


def own_account(lab: Lab) -> dict:
    return accounts.status(lab)["accounts"][0]


def give_password(lab: Lab, tmp_path: pathlib.Path, password: str) -> None:
    path = tmp_path / "password"
    path.write_text(password + "\n")
    path.chmod(0o600)
    lab.packetboat("account", "password", "alice@mail.test", "--password-file", str(path))


def test_a_refused_password_loses_nothing_and_is_renewed(lab, control, tmp_path):
    control.ask("password", user="alice", password="changed")
    control.ask("disconnect", user="alice")
    try:
        accounts.until(lambda: own_account(lab)["login"] == "password refused", "the refusal is told")
        with accounts.face(lab) as program:
            # told to the person, and everything else goes on
            assert any(b"[ALERT]" in raw and b"refused the password" in raw for kind, raw in program.transcript if kind == b"S")
            program.append("Drafts", accounts.mail("written while shut out"))
        env = lab.env
        with accounts.smtp(lab, "client", env["FACE_SUBMISSION"]) as program:
            program.login(env["FACE_USER"], env["FACE_PASSWORD"])
            sent = accounts.mail("sent while shut out", sender="alice@mail.test", to="bob@mail.test")
            assert program.mail("alice@mail.test", ["bob@mail.test"], sent)[1][0] == 250
        assert accounts.status(lab)["queue"]["items"] == 2
        give_password(lab, tmp_path, "changed")
        accounts.sent_up(lab)
        assert own_account(lab)["login"] == "logged in"
        digests = [row["sha256"] for row in control.ask("submissions")["submissions"]]
        assert digests.count(accounts.digest(sent)) == 1
        drafts = control.ask("store", user="alice", mailbox="Drafts")["mailboxes"]["Drafts"]["messages"]
        assert [row["sha256"] for row in drafts].count(accounts.digest(accounts.mail("written while shut out"))) == 1
    finally:
        control.ask("password", user="alice", password="secret")
        give_password(lab, tmp_path, "secret")
        accounts.until(lambda: own_account(lab)["login"] == "logged in", "the old password serves again")


def test_a_password_refused_for_sending_is_not_tried_again_and_another_sends(lab, control, tmp_path):
    """Its IMAP connections live on: only a submission shows that the password is another one now."""
    env = lab.env
    control.ask("password", user="alice", password="changed")
    try:
        sent = accounts.mail("sent with the old password", sender="alice@mail.test", to="bob@mail.test")
        with accounts.smtp(lab, "client", env["FACE_SUBMISSION"]) as program:
            program.login(env["FACE_USER"], env["FACE_PASSWORD"])
            assert program.mail("alice@mail.test", ["bob@mail.test"], sent)[1][0] == 250
        accounts.until(lambda: any("for sending" in text for text in accounts.status(lab)["notices"]), "the refusal is told")
        assert "535" in lab.packetboat("queue", "list")
        give_password(lab, tmp_path, "changed")
        accounts.sent_up(lab)
        tries = [row for row in control.ask("counts")["logins"] if row["protocol"] == "smtp" and row["user"] == "alice"]
        assert all(row["count"] == 1 for row in tries if not row["accepted"]), tries
        digests = [row["sha256"] for row in control.ask("submissions")["submissions"]]
        assert digests.count(accounts.digest(sent)) == 1
    finally:
        control.ask("password", user="alice", password="secret")
        give_password(lab, tmp_path, "secret")
        accounts.until(lambda: own_account(lab)["login"] == "logged in", "the old password serves again")


def test_a_password_that_was_never_right_is_told_to_the_program(lab, tmp_path):
    with Device(lab, tmp_path).pair("bob") as other:
        lab.call("link", "down")
        try:
            other.start()
            code, told = other.add_account("bob", "wrong")  # taken as given: nobody can be asked
            assert code == 0, told
        finally:
            lab.call("link", "up")
        accounts.until(lambda: other.status()["accounts"][0]["login"] == "password refused", "the refusal is told")
        with other.face("bob") as program:
            answer = program.command("LOGIN", "bob@mail.test", other.face_password("bob"))
            assert answer.status == "NO" and answer.code == [b"AUTHENTICATIONFAILED"]
            code, told = other.run("account", "password", "bob@mail.test", "--password-file", other.password("secret"))
            assert code == 0, told
            accounts.until(lambda: other.status()["accounts"][0]["synced"], "synced with the right password")
            program.login("bob@mail.test", other.face_password("bob"))


# ---- processes


def sockets_of(pid: int) -> list[tuple[str, int, int, bool]]:
    """Internet sockets of a process: (protocol, local port, remote port, listens)."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            target = str(link.readlink())
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = []
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                local, remote = (int(fields[i].rsplit(":", 1)[1], 16) for i in (1, 2))
                found.append((protocol, local, remote, fields[3] == "0A"))
    return found


def facts_of(pid: int) -> dict[str, list[str]]:
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.split() for key, _, value in (line.partition(":") for line in lines)}


@pytest.fixture(scope="module")
def many(world):
    """Six users, three workers."""
    with Lab("--server", "fake", "--users", "6") as lab:
        config = pathlib.Path(lab.env["GATEWAY_CONFIG"])
        text = config.read_text()
        assert "agents: {scan: 5s}" in text
        config.write_text(text.replace("agents: {scan: 5s}", "agents: {scan: 5s, workers: 3}"))
        lab.call("kill", "gateway")
        lab.call("start", "gateway")
        accounts.until(lambda: len(live_agents(lab)) == 6, "six agents")
        yield lab


def live_agents(lab: Lab) -> dict[str, int]:
    """account -> pid of its worker"""
    return {agent["account"]: agent["worker_pid"] for agent in gateway(lab)["agents"] if agent["state"] == "live" and agent["connected"]}


def test_each_process_has_only_what_it_needs(many):
    front = many.pid("gateway")
    processes = {process["pid"]: process["kind"] for process in gateway(many)["processes"]}
    kinds = sorted(processes.values())
    assert kinds == ["broker", "flow-worker", "worker", "worker", "worker"]
    for pid, kind in processes.items():
        facts = facts_of(pid)
        assert facts["PPid"] == [str(front)]
        assert facts["Uid"] == facts_of(front)["Uid"]
        assert facts["NoNewPrivs"] == ["1"]
        sockets = sockets_of(pid)
        assert not any(listens for _, _, _, listens in sockets), kind
        if kind == "worker":
            assert sockets and all(remote in (IMAP_PORT, SUBMISSION_PORT) for _, _, remote, _ in sockets)
        else:
            assert sockets == [], kind  # the flow worker has no flow now
        if kind == "broker":  # as root, as the lab runs here, nothing keeps it from leaving
            left = os.readlink(f"/proc/{pid}/ns/net") != os.readlink(f"/proc/{front}/ns/net")
            assert left or os.geteuid() != 0
    sockets = sockets_of(front)
    assert sockets and all(local == TUNNEL_PORT for _, local, _, _ in sockets), "the front talks to no mail server"


def upstream_sessions(control) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for session in control.ask("sessions")["sessions"]:
        if session["kind"] == "session" and session["user"]:
            found.setdefault(session["user"], set()).add(str(session["peer"]))
    return found


def test_a_dead_worker_takes_its_own_agents_only(many):
    control = accounts.control(many)
    before = live_agents(many)
    assert len(set(before.values())) == 3
    victim = min(before.values())
    hurt = {account.partition("@")[0] for account, pid in before.items() if pid == victim}
    spared = {account.partition("@")[0] for account in before} - hurt
    with contextlib.ExitStack() as stack:
        programs = {user: stack.enter_context(accounts.face(many, user)) for user in (*hurt, *spared)}
        for program in programs.values():
            program.select("INBOX")
        # Those the connector keeps (one idles) are there once all is quiet.
        for user in programs:
            accounts.until(lambda: len(upstream_sessions(control).get(user, ())) >= 2, f"the two connections of {user}")
        connections = upstream_sessions(control)
        lost = gateway(many)["counters"]["agents_recovered"]
        number = sorted(process["pid"] for process in gateway(many)["processes"] if process["kind"] == "worker").index(victim)
        many.call("kill", "worker", str(number))
        for user, program in programs.items():
            control.ask("deliver", user=user, octets=accounts.mail(f"to {user}", to=f"{user}@mail.test"))
            program.idle(b"EXISTS", accounts.LIMIT_SECONDS)
        accounts.until(lambda: len(live_agents(many)) == 6, "all agents are back")
        after = upstream_sessions(control)
        for user in spared:
            assert connections[user] <= after[user], f"a connection of {user} was cut"
        assert gateway(many)["counters"]["agents_recovered"] - lost == len(hurt)
        now = live_agents(many)
        assert victim not in now.values()
        assert all(now[account] == pid for account, pid in before.items() if pid != victim)


# ---- the flow lane

# Says what it heard, backwards, when the other side has said its last word.
FAR_SERVER = f"""
import socket
door = socket.create_server(("10.77.0.1", {FAR_PORT}))
print("ready", flush=True)
while True:
    wire, _ = door.accept()
    with wire:
        heard = b""
        while octets := wire.recv(65536):
            heard += octets
        wire.sendall(heard[::-1])
"""


@pytest.fixture(scope="module")
def far_server(lab):
    with accounts.running(lab, "server", sys.executable, "-c", FAR_SERVER) as process:
        assert process.stdout.readline() == b"ready\n"
        yield


def read_exactly(wire, count: int) -> bytes:
    octets = b""
    while len(octets) < count:
        more = wire.recv(count - len(octets))
        assert more, f"the end after {octets!r}"
        octets += more
    return octets


def read_all(wire) -> bytes:
    octets = b""
    while more := wire.recv(65536):
        octets += more
    return octets


def flow(lab: Lab):
    wire = accounts.connect(lab, "client", f"127.0.0.1:{FLOW_PORT}")
    wire.settimeout(accounts.LIMIT_SECONDS)
    return wire


def socks(lab: Lab, host: str, port: int):
    """(the connection, the reply's code)"""
    wire = flow(lab)
    wire.sendall(b"\x05\x01\x00")
    assert read_exactly(wire, 2) == b"\x05\x00"
    wire.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2, "big"))
    reply = read_exactly(wire, 10)
    assert reply[0] == 5 and reply[3] == 1
    return wire, reply[1]


def connect(lab: Lab, host: str, port: int):
    """(the connection, the status)"""
    wire = flow(lab)
    wire.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += read_exactly(wire, 1)
    return wire, int(head.split()[1])


ASK = {"socks5": (socks, 0, 2, 5), "connect": (connect, 200, 403, 502)}  # how, and what means: allowed, denied, refused


@pytest.mark.parametrize("way", ASK)
def test_a_flow_goes_where_it_may_and_half_closes(lab, far_server, way):
    ask, allowed, denied, refused = ASK[way]
    wire, answer = ask(lab, "10.77.0.1", FAR_PORT)
    with wire:
        assert answer == allowed
        wire.sendall(b"said by a program" * 5000)
        wire.shutdown(1)  # its last word; the far side's comes after it
        assert read_all(wire) == (b"said by a program" * 5000)[::-1]
    for host, port, expected in (("192.0.2.1", 80, denied), ("10.77.0.1", 1, refused)):
        wire, answer = ask(lab, host, port)
        with wire:
            assert answer == expected, host
            read_all(wire)  # the reason, then the end


# ---- a program that needs no link


def test_what_is_here_is_answered_without_the_link(lab):
    accounts.come_down(lab)
    with accounts.face(lab) as program:
        before = gateway(lab)["counters"]["streams"]
        program.ok('LIST "" "*" RETURN (SUBSCRIBED STATUS (MESSAGES UNSEEN))')
        program.select("INBOX")
        program.fetch("1:*", "(FLAGS UID RFC822.SIZE INTERNALDATE ENVELOPE BODYSTRUCTURE BODY.PEEK[])")
        program.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)] BODY.PEEK[TEXT]<0.20>)")
        program.ok("UID SEARCH TEXT mail")
        assert gateway(lab)["counters"]["streams"] == before


EVERY_COMMAND = r"""
CAPABILITY
ID NIL
NAMESPACE
ENABLE CONDSTORE
LIST "" "*"
LIST (SUBSCRIBED) "" ("%" "INBOX") RETURN (CHILDREN SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE))
LSUB "" "*"
STATUS Archive (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)
CREATE "made off-line"
RENAME "made off-line" "named off-line"
SUBSCRIBE "named off-line"
UNSUBSCRIBE "named off-line"
EXAMINE INBOX
SELECT INBOX (CONDSTORE)
FETCH 1:* ALL
FETCH 1:* FULL
UID FETCH 1:* (FLAGS MODSEQ) (CHANGEDSINCE 1)
FETCH 1 (BODY.PEEK[] RFC822.HEADER BODYSTRUCTURE BODY.PEEK[1] BODY.PEEK[HEADER.FIELDS (FROM TO)] BODY.PEEK[TEXT]<0.10>)
FETCH 1 BODY[TEXT]
SEARCH RETURN (MIN MAX COUNT ALL) CHARSET UTF-8 OR TEXT "mail" SINCE 1-Jan-2020
UID SEARCH NOT SEEN LARGER 10
STORE 1 +FLAGS (\Flagged)
UID STORE 1:* -FLAGS.SILENT ($Junk)
COPY 1 Archive
UID COPY 1 "named off-line"
MOVE 2 Archive
STORE 2 +FLAGS.SILENT (\Deleted)
UID EXPUNGE 1:*
STORE 2 +FLAGS.SILENT (\Deleted)
EXPUNGE
NOOP
CHECK
UNSELECT
SELECT "named off-line"
STORE 1 +FLAGS.SILENT (\Deleted)
CLOSE
DELETE "named off-line"
"""


def test_with_the_link_down_since_boot_every_command_is_answered(lab):
    accounts.assert_equal(lab)
    lab.call("kill", "client")
    lab.call("link", "down")
    try:
        lab.call("start", "client")
        env = lab.env
        with accounts.face(lab) as program:
            for line in EVERY_COMMAND.strip().splitlines():
                assert program.command(line).status == "OK", line
            program.append("Drafts", accounts.mail("written off-line"), ["\\Draft"])
            program.ok("APPEND Drafts", Literal(accounts.mail("written off-line, too"), plus=True))
            program.select("INBOX")
            program.send(b"i IDLE\r\n")
            assert program.read_line().kind == b"+"
            program.send(b"DONE\r\n")
            while not program.read_raw().startswith(b"i OK"):
                pass
            assert program.command("LOGOUT").status == "OK"
        with accounts.smtp(lab, "client", env["FACE_SUBMISSION"]) as program:
            program.login(env["FACE_USER"], env["FACE_PASSWORD"])
            sent = accounts.mail("sent off-line", sender="alice@mail.test", to="bob@mail.test")
            assert program.mail("alice@mail.test", ["bob@mail.test"], sent)[1][0] == 250
        assert accounts.status(lab)["session"]["state"] != "connected"
    finally:
        lab.call("link", "up")
    seen = accounts.assert_equal(lab)
    assert accounts.digest(accounts.mail("written off-line")) in {row.sha256 for row in seen["Drafts"].values()}
    assert "named off-line" not in seen
    digests = [row["sha256"] for row in accounts.control(lab).ask("submissions")["submissions"]]
    assert digests.count(accounts.digest(sent)) == 1
