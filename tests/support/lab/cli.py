"""scripts/lab: the verbs."""

import argparse
import json
import os
import pathlib
import shlex
import signal
import sys

from lab import link, namespaces, packetboat, world
from lab.state import LabError, State, load
from servers.site import Unavailable


def _print_environment(state: State, user: str) -> None:
    for key, value in world.environment(state, user).items():
        print(f"{key}={shlex.quote(value)}")


def _first_user(state: State) -> str:
    return next(iter(state.faces), state.users[0])


def up(args: argparse.Namespace) -> None:
    without = frozenset(name.strip().upper() for name in args.without.split(",") if name.strip())
    state = world.up(world.Options(args.dir, args.profile, args.mails, args.users, args.accounts, args.server, without, args.wait,
                                   not args.no_packetboat, args.seed, args.carrier))
    _print_environment(state, _first_user(state))


def env(args: argparse.Namespace) -> None:
    state = load(args.dir)
    user = args.user or _first_user(state)
    if user not in state.users:
        raise LabError(f"no user {user}: there are {', '.join(state.users)}")
    if state.packetboat and user not in state.faces:
        raise LabError(f"{user} has no account at the client: there are {', '.join(state.faces)}")
    _print_environment(state, user)


def wait(args: argparse.Namespace) -> None:
    packetboat.wait(load(args.dir), args.goal, args.seconds)


def deliver(args: argparse.Namespace) -> None:
    state = load(args.dir)
    if args.user not in state.users:
        raise LabError(f"no user {args.user}: there are {', '.join(state.users)}")
    world.deliver(state, args.user, args.file)


def execute(args: argparse.Namespace) -> None:
    state = load(args.dir)
    command = [*namespaces.enter(state, args.side), *args.command]
    os.execvp(command[0], command)


def change_link(args: argparse.Namespace) -> None:
    state = load(args.dir)
    if args.what in ("down", "up"):
        link.ask(state, args.what)
    else:
        link.ask(state, "profile", profile=args.what)


def kill(args: argparse.Namespace) -> None:
    print(packetboat.kill(load(args.dir), args.what, args.number))


def start(args: argparse.Namespace) -> None:
    packetboat.start(load(args.dir), args.role)


def stats(args: argparse.Namespace) -> None:
    print(json.dumps(link.stats(load(args.dir), args.reset)))


def down(args: argparse.Namespace) -> None:
    world.down(load(args.dir))


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 86400:
        raise ValueError(text)
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="Two hosts, a bad link between them, mail servers, Packetboat.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, action, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(action=action)
        added.add_argument("dir", type=lambda value: pathlib.Path(value).resolve(), metavar="DIR")
        return added

    build = verb("up", up, "build a lab in DIR and print KEY=value lines once the faces accept a login")
    build.add_argument("--profile", default="lan", help="of the link: 3g, geo-sat, sym:10M:100:1%%, trace:UP,DOWN …, and settings")
    build.add_argument("--mails", default="0", metavar="N|FOLDER", help="so many generated mails, or these message files")
    build.add_argument("--users", type=int, default=0, metavar="N", help="accounts u0001… instead of alice alone")
    build.add_argument("--accounts", type=int, metavar="N", help="so many of the users at the client; all when left out")
    build.add_argument("--server", choices=("dovecot", "cyrus", "fake"), default="dovecot")
    build.add_argument("--without", default="", metavar="CAPS", help="capabilities the server must not offer: CONDSTORE,IDLE,…")
    build.add_argument("--carrier", choices=("auto", "udp", "tls"), default="auto", help="what the tunnel goes over")
    build.add_argument("--wait", choices=("login", "synced"), default="login")
    build.add_argument("--no-packetboat", action="store_true", help="the world only: link and servers")
    build.add_argument("--seed", type=int, default=1, help="of the link's losses and of the generated mails")

    verb("env", env, "print the KEY=value lines again").add_argument("user", nargs="?")
    waiting = verb("wait", wait, "wait until the client has got that far")
    waiting.add_argument("goal", choices=sorted(packetboat.GOALS))
    waiting.add_argument("seconds", type=_seconds)
    delivery = verb("deliver", deliver, "deliver message files into the INBOX, or a folder of generated ones as its manifest says; octets unchanged")
    delivery.add_argument("user")
    delivery.add_argument("file", nargs="+")
    running = verb("exec", execute, "run a command on one of the two hosts")
    running.add_argument("side", choices=namespaces.SIDES)
    running.add_argument("command", nargs=argparse.REMAINDER)
    verb("link", change_link, "down swallows packets both ways; up ends that; or another profile").add_argument("what")
    killing = verb("kill", kill, "kill -9; prints the pid")
    killing.add_argument("what", choices=("client", "gateway", *packetboat.CHILDREN))
    killing.add_argument("number", type=int, nargs="?", default=0, metavar="N")
    verb("start", start, "start it again").add_argument("role", choices=sorted(packetboat.ROLES))
    verb("stats", stats, "bytes offered to each bottleneck, as JSON").add_argument("--reset", action="store_true")
    verb("down", down, "end all of it")
    return parser


def _stop(number: int, _frame) -> None:
    raise SystemExit(128 + number)  # unwinds through the clean-up of whatever is being built


def main() -> int:
    args = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    if args.action is execute and not args.command:
        print("lab: exec needs a command", file=sys.stderr)
        return 2
    try:
        args.action(args)
    except (LabError, Unavailable, RuntimeError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0
