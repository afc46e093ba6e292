"""What a test waits for is an event and never a time; where it listens, the system says."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

import pytest

from tests.support.docs.pages import ROOT

ALLOWED: Final[Mapping[str, str]] = {
    "tests/adapters/conformance/test_hostile_sources.py": "an agency that drips a byte at a time",
    "tests/adapters/http/paging/test_pages.py": "an agency that is given up long before it answers",
    "tests/console/operators/test_operations.py": "a check, which stands for some seconds",
    "tests/gateway/audit/witness/test_silence.py": "the gateway's own waits, in its own time",
    "tests/gateway/http/connections/test_times.py": "a client that drips a byte at a time",
    "tests/support/adapters/foreign_servers.py": "servers that do not say that they listen",
    "tests/support/adapters/registers/openssh.py": "a server that says in a file that it listens",
    "tests/support/console/told_gateway.py": "agencies that answer one after the other",
    "tests/support/faults/http_faults.py": "an agency that drips a byte at a time",
    "tests/support/faults/ill_plugin.py": "a plugin that is given up long before it answers",
    "tests/support/gateway/reloading.py": "a gateway in another process, asked until it says so",
    "tests/gateway/identity/test_issuer_keys.py": "an issuer that takes its time",
    "tests/gateway/identity/test_no_valkey.py": "a server that sends each part just in time",
    "tests/support/hostile/loop_holds.py": "looks between which threads may work",
    "tests/support/hostile/awful_replies.py": "an agency that sends a byte now and then",
    "tests/support/soak.py": "a client that sends a byte a second",
    "tests/gateway/audit/keys/test_several.py": "a key service that drips a byte at a time",
    "tests/gateway/audit/log/test_failover.py": "a log, until a server takes writes again",
    "tests/gateway/http/connections/test_refusal_causes.py": "clients that take their time",
    "tests/gateway/http/test_own_failures.py": "an event that is written once a second",
    "tests/gateway/identity/test_sentinels.py": "a Valkey that is asked until it counts again",
    "tests/stories/hostile/test_loop_holds.py": "turns of the loop, which have to be short",
    "tests/stories/test_ready_or_not.py": "a witness's clock in a file",
    "tests/stories/test_two_releases.py": "practitioners, between two questions",
    "tests/support/docs/machine/units.py": "what systemd waits for, on a machine of a test",
    "tests/support/pooler.py": "a server that does not say that it listens",
    "tests/support/sentinels.py": "servers that do not say that they agree",
    "tests/support/board_picture.py": "people who ask for minutes, for a picture",
    "tests/support/trace_picture.py": "agencies that take their time in a picture",
    "tests/support/virtual_time.py": "time that takes none",
}
# Each ends a hang: the one of tests/support/patience.py is long enough for a busy machine.
PATIENT: Final = {
    "tests/support/patience.py",
    "tests/support/docs/machine/units.py",  # it runs by itself, on a machine of a test
}
# What a made-up agency may take: a test of one that is too slow says so at its own place.
BRISK_AGENCIES: Final = {
    "tests/support/laws/town/manifest_text.py": "agencies in virtual time, which takes none",
    "tests/support/laws/ways/spoken.py": "the same agencies in other kinds of speech",
}
_TIMEOUT: Final = re.compile(r'\btimeout(?:: str)?\s*=\s*\\?"(\d+)(ms|s)\\?"')
_LEAST_S: Final = 30
_PATIENCE: Final = re.compile(
    r"^_?(?:PATIENCE|START|INSTALL)_M?S\b[^=\n]*=\s*[\d_.]+$", re.MULTILINE
)
# Whoever measures processor time: without looks for garbage, or as a share of what was used.
MEASURING: Final = {
    "tests/support/processor_time.py",
    "tests/support/hostile/loop_holds.py",
    "tests/bench/test_profile.py",
}
# What leads to another page, what says only what is there now, and what waits until it is whole.
LEADING: Final = {"click", "press", "go_back", "go_forward"}
AS_IT_IS: Final = {
    *("all", "all_inner_texts", "all_text_contents", "content", "count", "stored", "title"),
    *("is_checked", "is_disabled", "is_enabled", "is_hidden", "is_visible"),
}
WAITING: Final = {
    *("turn_page", "goto", "reload", "inner_text", "input_value", "get_attribute"),
    *("wait_for", "wait_for_function", "wait_for_load_state", "wait_for_url", "to_have_count"),
    *("expect_download", "expect_event"),
}
SHOWING: Final = {"goto", "reload", "go_back", "go_forward"}
LISTENING: Final = {"bind", "create_server", "start_server", "TCPSite"}


@cache
def nodes(code: str) -> tuple[ast.AST, ...]:
    kept = (ast.Call, ast.ImportFrom, ast.While)
    return tuple(node for node in ast.walk(ast.parse(code)) if isinstance(node, kept))


def calls(code: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in some code by its last two names, as written: `asyncio.sleep`."""
    for node in nodes(code):
        match node:
            case ast.Call(ast.Attribute(ast.Name(whose), name)):
                yield f"{whose}.{name}", node
            case ast.Call(ast.Attribute(_, name) | ast.Name(name)):
                yield name, node


def sleeps(code: str) -> list[str]:
    """The calls that wait for a time to pass; one of 0 only lets others go first."""
    slept = (
        node for name, node in calls(code) if name in {"asyncio.sleep", "time.sleep", "anyio.sleep"}
    )
    return [ast.unparse(node) for node in slept if [ast.unparse(a) for a in node.args] != ["0"]]


def bounded(code: str) -> list[str]:
    """The calls of `asyncio.wait_for`, which may lose a cancellation under Python 3.11."""
    return [ast.unparse(node) for name, node in calls(code) if name == "asyncio.wait_for"]


def ports(code: str) -> list[str]:
    """The calls that listen at a port of their own choice."""
    listening = (node for name, node in calls(code) if name.split(".")[-1] in LISTENING)
    return [
        ast.unparse(node)
        for node in listening
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and type(each.value) is int and each.value > 1023
    ]


def borrowed(code: str) -> list[str]:
    """The imports that would hide a sleep from whoever looks for its module's name."""
    found = (node for node in nodes(code) if isinstance(node, ast.ImportFrom))
    hiding = (node for node in found if node.module in {"asyncio", "time"})
    return [
        each.name for node in hiding for each in node.names if each.name in {"sleep", "wait_for"}
    ]


def shown_again(code: str) -> list[str]:
    """The loops that show a page until it says something: each look keeps a core busy."""
    loops = (node for node in nodes(code) if isinstance(node, ast.While))
    return [
        ast.unparse(call.func)
        for loop in loops
        for call in ast.walk(loop)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in SHOWING
    ]


def measured(code: str) -> list[str]:
    """The looks at how much processor time was used."""
    clocks = {"time.thread_time", "time.process_time"}
    return [ast.unparse(node) for name, node in calls(code) if name in clocks]


def hurried(code: str) -> list[str]:
    """The looks at a page as it is, after what leads to another: half of that may be there yet."""
    written = ast.parse(code)
    functions = (each for each in ast.walk(written) if isinstance(each, ast.FunctionDef))
    return [look for function in functions for look in _hurried(function)]


def _hurried(function: ast.FunctionDef) -> Iterator[str]:
    led = False
    for name, call in sorted(_methods(function), key=lambda each: _ends(each[1])):
        said = ast.unparse(call)
        if name in LEADING:
            led = True
        elif led and (name in AS_IT_IS or said.endswith("locator('main').inner_text()")):
            yield said
        elif name in WAITING:
            led = False


def _methods(function: ast.FunctionDef) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(function):
        match node:
            case ast.Call(ast.Attribute(_, name) | ast.Name(name)):
                yield name, node


def _ends(call: ast.Call) -> tuple[int, int]:
    return call.end_lineno or 0, call.end_col_offset or 0


def impatient(code: str) -> list[str]:
    """The bounds of a file's own for what must come: one that is too short cries wolf."""
    return [whole.group() for whole in _PATIENCE.finditer(code)]


def hasty(code: str) -> list[str]:
    """The timeouts of agencies under half a minute: on a busy machine a sound one needs seconds."""
    return [
        whole.group()
        for whole in _TIMEOUT.finditer(code)
        if int(whole[1]) < _LEAST_S * (1000 if whole[2] == "ms" else 1)
    ]


def of_pages(code: str) -> list[str]:
    """The hurried looks of a file that opens pages in a browser."""
    return hurried(code) if "playwright" in code else []


def found(look: Callable[[str], list[str]]) -> dict[str, list[str]]:
    looked = {name: look(text) for name, text in texts().items()}
    return {name: wrong for name, wrong in looked.items() if wrong}


@cache
def texts() -> dict[str, str]:
    files = sorted((ROOT / "tests").rglob("*.py"))
    return {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}


def test_no_test_waits_for_a_time_but_those_that_say_why() -> None:
    assert sorted(found(sleeps)) == sorted(ALLOWED)
    assert found(borrowed) == {}


@pytest.mark.parametrize("look", [bounded, of_pages, ports, shown_again])
def test_no_test_races_a_cancellation_or_a_page_chooses_a_port_or_looks_until_it_fits(
    look: Callable[[str], list[str]],
) -> None:
    assert found(look) == {}


def test_processor_time_is_measured_where_looks_for_garbage_are_left_out() -> None:
    assert set(found(measured)) == MEASURING


def test_whoever_waits_for_what_must_come_is_as_patient_as_all_others() -> None:
    assert set(found(impatient)) == PATIENT


def test_every_agency_of_the_tests_may_take_as_long_as_a_busy_machine_does() -> None:
    shared = {name for name in found(hasty) if name.startswith("tests/support/")}
    assert shared == {*BRISK_AGENCIES}


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (hasty, '    timeout: str = "2s"'),
        (hasty, 'source = rest_source("spine", url, timeout="2s")'),
        (hasty, 'HEAD = """\n[limits]\ntimeout = "900ms"\n"""'),
        (impatient, "import x\nPATIENCE_S: Final = 30.0\n"),
        (impatient, "_START_S = 20"),
        (impatient, "_PATIENCE_MS: Final[int] = 20_000"),
        (sleeps, "import time\ntime.sleep(0.1)"),
        (sleeps, "import asyncio\nasync def f(): await asyncio.sleep(self.takes)"),
        (borrowed, "from time import sleep\nsleep(1)"),
        (borrowed, "from asyncio import sleep as nap"),
        (measured, "began = time.process_time()"),
        (bounded, "await asyncio.wait_for(gone.wait(), 5)"),
        (hurried, "def f(page): page.locator('a').click(); assert page.locator('li').count() == 3"),
        (hurried, "def f(page):\n    page.go_back()\n    assert 'x' not in page.content()"),
        (
            hurried,
            "def f(page):\n    a.click()\n    assert 'x' in page.locator('main').inner_text()",
        ),
        (shown_again, "while 'well' not in page.content():\n    page.reload()"),
        (shown_again, "while True:\n    if found(opened.goto(url)): break"),
        (ports, "socket.create_server(('127.0.0.1', 8080))"),
        (ports, "web.TCPSite(runner, '127.0.0.1', 9000)"),
        (ports, "await asyncio.start_server(handle, '127.0.0.1', port=4711)"),
    ],
)
def test_whoever_waits_for_a_time_or_chooses_a_port_is_found(
    look: Callable[[str], list[str]], code: str
) -> None:
    assert look(code)


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (sleeps, "await asyncio.sleep(0)"),
        (sleeps, "from tests.support.virtual_time import sleep\nawait sleep(20)"),
        (hurried, "def f(page): turn_page(page.locator('a')); page.locator('li').count()"),
        (hurried, "def f(page):\n    a.click()\n    b.wait_for()\n    assert c.count() == 0"),
        (shown_again, "while said not in page.request.get(url).text(): rest()\npage.goto(url)"),
        (ports, "socket.create_server(('127.0.0.1', 0))"),
        (hasty, '    timeout: str = "60s"'),
        (impatient, "from tests.support.patience import PATIENCE_S\nlimit = PATIENCE_S * 2"),
    ],
)
def test_letting_others_go_first_and_a_port_that_the_system_gives_are_free(
    look: Callable[[str], list[str]], code: str
) -> None:
    assert look(code) == []
