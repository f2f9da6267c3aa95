"""scripts/demo: a world with a bad link, and a working day in it. Fails loudly if anything is not so."""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import mbsync
from lab import Lab, LabFailed, ROOT

sys.path.insert(0, str(ROOT / "tests" / "support"))

COLOUR = sys.stdout.isatty()
TALK = str(ROOT / "perf" / "link" / "talk.py")


def paint(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def chapter(text: str) -> None:
    print("\n" + paint(text, "1;36"), flush=True)


def done(text: str, begun: float | None = None) -> None:
    took = f"  {time.monotonic() - begun:6.1f} s" if begun is not None else ""
    print(f"  {paint('✓', '32')} {text}{took}", flush=True)


class Wrong(Exception):
    pass


def expect(what: str, true: bool, found: object = "") -> None:
    if not true:
        raise Wrong(f"{what}{': ' + str(found) if found else ''}")
    done(what)


def talk(lab: Lab, *args: str) -> str:
    env = lab.env
    return lab.run("client", sys.executable, TALK, env["FACE_IMAP"], env["FACE_SUBMISSION"], env["FACE_USER"], env["FACE_PASSWORD"], *args,
                   timeout=300).strip()


def at_server(lab: Lab, user: str, *args: str) -> str:
    port = lab.env["SERVER_IMAP"].rsplit(":", 1)[1]
    return lab.run("server", sys.executable, TALK, f"127.0.0.1:{port}", "-", user, lab.env["SERVER_PASSWORD"], *args, timeout=120).strip()


def generate(out: pathlib.Path, mails: str) -> list[str]:
    if not mails.isdigit():
        return [str(path) for path in sorted(pathlib.Path(mails).iterdir()) if path.is_file()]
    subprocess.run([sys.executable, str(ROOT / "tests/support/mailgen/mailgen.py"), "--seed", "7", "--count", mails, "--out", str(out),
                    "--user", "alice@mail.test"], check=True, capture_output=True)
    return [str(path) for path in sorted(out.glob("*.eml"))]


def direct_sync(options: list[str], files: list[str]) -> tuple[float, int]:
    with Lab(*options, "--no-packetboat") as lab:
        synced = mbsync.first_sync(lab, files, packetboat=False)
        carried = sum(lab.link_bytes())
        if different := synced.different():
            raise Wrong(f"mbsync directly: {different}")
        return synced.seconds, carried


def first_sync(lab: Lab, files: list[str], direct: tuple[float, int]) -> None:
    chapter(f"First sync of {len(files)} mails by a real mbsync")
    done(f"directly, COMPRESS=DEFLATE: {direct[0]:.1f} s, {direct[1]:,} bytes on the link")
    synced = mbsync.first_sync(lab, files, packetboat=True)
    took, carried, octets = synced.seconds, sum(lab.link_bytes()), synced.octets
    different = synced.different()
    expect("through Packetboat: every octet the same as at the server", not different, different)
    print(f"\n  {'':24}{'seconds':>9}{'link bytes':>14}{'of the mail':>13}")
    for name, seconds, count in (("mbsync, deflate", *direct), ("mbsync, Packetboat", took, carried)):
        print(f"  {name:24}{seconds:9.1f}{count:14,}{count / octets:12.0%}")


def new_mail(lab: Lab, scratch: pathlib.Path) -> None:
    chapter("A new mail comes while the program idles")
    mail = scratch / "new.eml"
    mail.write_bytes(b"From: bob@mail.test\r\nTo: alice@mail.test\r\nSubject: news from the demo\r\nMessage-ID: <news@demo>\r\n\r\nhello\r\n")
    env = lab.env
    idling = subprocess.Popen(lab.command("client", sys.executable, TALK, env["FACE_IMAP"], "-", env["FACE_USER"], env["FACE_PASSWORD"], "idle"),
                              stdout=subprocess.PIPE, text=True)
    assert idling.stdout is not None
    idling.stdout.readline()
    lab.call("deliver", "alice", str(mail))
    begun = time.monotonic()
    said = idling.communicate(timeout=60)[0]
    expect(f"EXISTS, envelope and body are at the program {time.monotonic() - begun:.1f} s later", "news from the demo" in said, said)


def a_mail_sent(lab: Lab) -> None:
    chapter("A mail is sent")
    begun = time.monotonic()
    talk(lab, "send", "bob@mail.test", "sent-online")
    done("accepted by the local face, durable", begun)
    lab.call("wait", "queue-empty", "120")
    expect("bob has it once", at_server(lab, "bob", "count", "INBOX", "sent-online") == "1")


def offline(lab: Lab) -> None:
    chapter("The link is cut; work goes on")
    lab.call("link", "down")
    begun = time.monotonic()
    expect("mail can be read", "hello" in talk(lab, "read", "news from the demo"))
    talk(lab, "flag", "news from the demo", "\\Flagged")
    done("and flagged")
    talk(lab, "file", "news from the demo", "Archive")
    done("and filed into Archive")
    talk(lab, "send", "bob@mail.test", "sent-offline")
    done("and one more mail sent; it waits in the queue", begun)
    listed = lab.packetboat("queue", "list")
    expect("the queue says so", "send" in listed, listed)


def killed(lab: Lab) -> None:
    chapter("The gateway is killed with -9, then the link comes back")
    pid = lab.call("kill", "gateway").strip()
    done(f"killed {pid}")
    lab.call("link", "up")
    lab.call("start", "gateway")
    begun = time.monotonic()
    lab.call("wait", "queue-empty", "180")
    done("the queue is empty again", begun)
    expect("bob has the mail once", at_server(lab, "bob", "count", "INBOX", "sent-offline") == "1")
    expect("the mail is in Archive at the server, once", at_server(lab, "alice", "count", "Archive", "news from the demo") == "1")
    expect("and no longer in INBOX", at_server(lab, "alice", "count", "INBOX", "news from the demo") == "0")
    expect("with its flag", "\\Flagged" in at_server(lab, "alice", "flags", "Archive", "news from the demo"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description="Mail over a bad link, cut and killed, and nothing lost.")
    parser.add_argument("--profile", default="3g")
    parser.add_argument("--mails", default="120", metavar="N|FOLDER")
    parser.add_argument("--keep", action="store_true", help="leave the world running and tell how to look into it")
    args = parser.parse_args()
    begun = time.monotonic()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="pb-demo-"))
    options = ["--profile", args.profile]
    lab = Lab(*options)
    try:
        files = generate(scratch, args.mails)
        chapter(f"A world: client, {args.profile} link, gateway, Dovecot, Postfix")
        direct = direct_sync(options, files)
        started = time.monotonic()
        lab.__enter__()
        done("paired, account added, the face accepts a login", started)
        first_sync(lab, files, direct)
        new_mail(lab, scratch)
        a_mail_sent(lab)
        offline(lab)
        killed(lab)
    except (Wrong, LabFailed, subprocess.SubprocessError) as error:
        print(f"\n{paint('FAILED', '1;31')}: {error}", file=sys.stderr)
        if lab.env and not args.keep:
            lab.__exit__()
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"\n{paint('All of it is so.', '1;32')} {time.monotonic() - begun:.0f} s")
    if args.keep:
        env = lab.env
        print(f"\nStill running in {lab.dir}. In the client's network: {' '.join(lab.command('client', 'COMMAND'))}")
        print(f"  Thunderbird: {' '.join(lab.command('client', 'thunderbird'))}")
        print(f"  IMAP {env['FACE_IMAP']}, SMTP {env['FACE_SUBMISSION']}, no connection security, user {env['FACE_USER']}, password {env['FACE_PASSWORD']}")
        print(f"  End it: scripts/lab down {lab.dir}")
    else:
        lab.__exit__()
    return 0


sys.exit(main())
