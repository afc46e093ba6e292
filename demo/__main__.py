"""`make demo`: the borough starts, the gateway starts, and three questions are answered."""

import argparse
import json
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from rich.console import Console

from demo.badges import EVERYBODY, PRACTITIONER
from demo.pages.served import ServedPages
from demo.population.caseload import town
from demo.processes.borough import Borough, BoroughStartError
from demo.processes.clinic import OldClinic
from demo.processes.gateway_process import GatewayProcess, GatewayStartError
from demo.questions import DOCUMENT, DemoQuestion, more, story
from demo.report import print_answer
from demo.yesterday import live_yesterday

PORT: Final = 8600
PAGES_PORT: Final = 8601
_WIDTH: Final = 140
_TAKEN: Final = (
    "Another program uses port {0}, perhaps another demo. "
    'Stop it, or take free ports: make demo ARGS="--port 0"'
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 if every question of the story was answered."""
    options = _options(arguments)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    if taken := [port for port in _ports(options) if _is_taken(port)]:
        console.print(_TAKEN.format(taken[0]), style="red", markup=False)
        return 1
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        with ExitStack() as stack:
            return _run(options, console, stack)
    except (BoroughStartError, GatewayStartError) as error:
        console.print(f"The demo did not start: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop after the answers")
    parser.add_argument("--port", type=int, default=None, help=f"default {PORT}; 0: any")
    parser.add_argument("--state", type=Path, help="a folder to keep; default a temporary one")
    return parser.parse_args(arguments)


def _ports(options: argparse.Namespace) -> tuple[int, int]:
    """The gateway's port and the pages'; 0 is any."""
    if options.once or options.port == 0:
        return options.port or 0, 0
    return PORT if options.port is None else options.port, PAGES_PORT


def _is_taken(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return False
    except OSError:
        return True


def _run(options: argparse.Namespace, console: Console, stack: ExitStack) -> int:
    state = options.state or Path(
        stack.enter_context(tempfile.TemporaryDirectory(prefix="teamaround-demo-"))
    )
    port, pages_port = _ports(options)
    console.print("Starting the agencies of four boroughs, each with its own server ...")
    borough = stack.enter_context(Borough(state / "borough"))
    console.print(f"{len(borough.origins)} agencies; one of them is switched off on purpose.")
    clinic = stack.enter_context(OldClinic())
    clinic.granted_in(borough.files.operator_file)
    before = None if options.once else live_yesterday
    gateway = stack.enter_context(
        GatewayProcess(state / "gateway", borough.files, port, before=before)
    )
    token = gateway.token(PRACTITIONER.caller)
    answered = [_ask(gateway, question, token, console) for question in story(town().cast)]
    if options.once or not all(answered):
        return 0 if all(answered) else 1
    pages = stack.enter_context(ServedPages(gateway, pages_port, clinic=clinic.url))
    _hand_over(gateway, console, pages.url)
    with suppress(KeyboardInterrupt):
        signal.pause()
    console.print("Stopped.")
    return 0


def _ask(gateway: GatewayProcess, question: DemoQuestion, token: str, console: Console) -> bool:
    body = gateway.ask(DOCUMENT, question.variables, token)
    answer = (body.get("data") or {}).get("child")
    if answer is None or body.get("errors"):
        console.print_json(data=body.get("errors"))
        return False
    print_answer(console, question.title, answer)
    return True


def _hand_over(gateway: GatewayProcess, console: Console, pages: str) -> None:
    """Say where to go on: the addresses, everybody's token, and three more questions as files."""
    console.rule("Try more, until Ctrl-C")
    say = console.out
    say(f"Questions:  POST {gateway.url}")
    say(f"GraphiQL:   {gateway.url} in a browser (it loads its own code from the internet)")
    say(f"Settings:   {gateway.settings}")
    say(f"Its events: {gateway.words}")
    say("Tokens, for eight hours:")
    for badge in EVERYBODY:
        file = gateway.state / f"{badge.role}.token"
        file.write_text(gateway.token(badge.caller), "utf-8")
        say(f"  {file}  ({badge.serves})")
    for number, question in enumerate(more(town().cast), start=4):
        file = gateway.state / f"question-{number}.json"
        file.write_text(json.dumps({"query": DOCUMENT, "variables": question.variables}), "utf-8")
        say(f"\n{question.title}:")
        say(
            f'curl -s {gateway.url} -H "Authorization: Bearer $(cat {gateway.state}'
            f"/practitioner.token)\" -H 'Content-Type: application/json' -d @{file}"
        )
    console.rule("Begin here")  # last, so that it is what the terminal shows
    say(f"Open this in your browser, and choose who you are:  {pages}/sign-in")


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
