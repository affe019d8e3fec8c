"""Spot checks: before a server is measured, its answers must be right; afterwards, its writes
must be there."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec

from bench.faults import Unfit
from bench.loading import CONNECTIONS, Load
from bench.scripts import Ask, Script
from bench.servers import Answer, Server

SAMPLES = 41
CONTACTS = 2


def sampled(server: Server, script: Script, seed: int = 1) -> list[Answer]:
    """Answers to some of the requests by chance, each checked. Raises Unfit naming a wrong one."""
    drawn = random.Random(seed)  # noqa: S311  repeats itself
    asks = drawn.sample(script.asks, min(SAMPLES, len(script.asks)))
    return [checked(server, script, ask) for ask in asks]


def checked(server: Server, script: Script, ask: Ask) -> Answer:
    answer = server.ask(ask.path, script.headers, ask.method, ask.body)
    if answer.status != script.status:
        raise Unfit(f"{ask.method} {ask.path} was answered {answer.status}: {answer.body[:300]!r}")
    if answer.body:
        check_shown(ask, records(msgspec.json.decode(answer.body)))
    elif script.status != 304:  # noqa: PLR2004
        raise Unfit(f"{ask.method} {ask.path} was answered without a body")
    return answer


def check_shown(ask: Ask, shown: Sequence[dict[str, Any]]) -> None:
    ids = tuple(str(record["id"] if "id" in record else record["uuid"]) for record in shown)
    if ask.shows and ids != ask.shows:
        raise Unfit(f"{ask.method} {ask.path} shows {ids[:3]}…, not {ask.shows[:3]}…")
    if any(len(record["contacts"]) < CONTACTS for record in shown):
        raise Unfit(f"{ask.method} {ask.path} shows a client without its contacts")
    if ask.body:
        check_taken(ask, shown[0])


def check_taken(ask: Ask, record: dict[str, Any]) -> None:
    """What was sent is shown; of the contacts, their number was compared before."""
    given = msgspec.json.decode(ask.body)
    for name, value in given.items():
        if name != "contacts" and record[name] != value:
            raise Unfit(f"{ask.method} {ask.path} left {name} at {record[name]!r}, not {value!r}")


def records(found: Any) -> list[dict[str, Any]]:
    """The clients in a body of either dialect or of the peer."""
    match found:
        case {"data": list(many)} | {"clients": list(many)}:
            return many
        case {"data": dict(one)} | {"client": dict(one)}:
            return [one]
        case _:
            return [found]


def typical(answers: Sequence[Answer]) -> Answer:
    """The one of middle length."""
    return sorted(answers, key=lambda answer: len(answer.body))[len(answers) // 2]


def check_same(sent: Answer, by_ceiling: Answer) -> None:
    same = (sent.status, sent.body, len(sent.headers))
    if (by_ceiling.status, by_ceiling.body, len(by_ceiling.headers)) != same:
        raise Unfit(f"the ceiling does not send what the gateway sent: {by_ceiling.headers}")


def check_size(load: Load, answers: Sequence[Answer], what: str) -> None:
    """What came under load must be as long as what was checked, within a quarter: an answer
    that is short, redirected or an error in disguise is not."""
    sizes = [len(a.body) + sum(len(": \r\n" + k + v) for k, v in a.headers) for a in answers]
    mean = sum(sizes) / len(sizes) + len("HTTP/1.1 304 Not Modified\r\n\r\n")
    if not 0.75 < load.size / mean < 1.25:  # noqa: PLR2004
        raise Unfit(f"{what}: {load.size:.0f} bytes an answer under load, {mean:.0f} when checked")


def total(server: Server, path: str, headers: dict[str, str]) -> int:
    """How many clients the list counts."""
    found = msgspec.json.decode(server.ask(path, headers).body)
    return int(found["count"] if "count" in found else found["meta"]["pagination"]["total"])


def check_growth(before: int, after: int, load: Load) -> None:
    """Every acknowledged client is there, and at most those under way at the end beside them."""
    if not load.answers <= after - before <= load.answers + CONNECTIONS:
        raise Unfit(f"{load.answers} clients were acknowledged, {after - before} more are there")


def check_kept(server: Server, script: Script, load: Load) -> None:
    """Of the acknowledged changes some by chance can be read back."""
    sent = script.asks[1 : load.answers - CONNECTIONS]
    drawn = random.Random(load.answers)  # noqa: S311  repeats itself
    for ask in drawn.sample(sent, min(5, len(sent))):
        answer = server.ask(ask.path, script.headers)
        check_taken(ask, records(msgspec.json.decode(answer.body))[0])
