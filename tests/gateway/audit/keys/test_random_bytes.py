"""No number is given twice: not to two threads, and not to a process that was forked."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

from gateway.audit.keys.random_bytes import RandomBytes


def test_no_number_is_given_twice() -> None:
    drawn = RandomBytes(12)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: drawn(), range(2000)))
    assert len(set(found)) == len(found)
    assert {len(one) for one in found} == {12}


def test_a_forked_process_gets_numbers_of_its_own() -> None:
    drawn = RandomBytes(12)
    drawn()  # from now on others are in memory
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, b"".join(drawn() for _ in range(64)))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 64 * 12)
    os.close(reader)
    os.close(writer)
    ours = {drawn() for _ in range(64)}
    assert not ours & {theirs[at : at + 12] for at in range(0, len(theirs), 12)}


def test_as_a_text_it_is_as_long_as_the_bytes_and_needs_no_escape() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", RandomBytes(16).text())
