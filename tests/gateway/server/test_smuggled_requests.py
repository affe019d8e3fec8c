"""No request is hidden in another: what two servers could read in two ways is refused."""

import json

import pytest

from tests.campaigns.scale import rounds
from tests.gateway.server.limited_server import Answer, LimitedServer, request
from tests.gateway.server.smuggled import BODIES, ENDS, REFUSED, SIZE, TWO


def paths(answers: list[Answer]) -> list[str]:
    return [json.loads(answer.body)["path"] for answer in answers]


def pieces(text: bytes) -> list[tuple[bytes, ...]]:
    """Return the ways in which a text is sent: at once, and in two pieces."""
    count = rounds(1, 16)
    cuts = [len(text) * n // (count + 1) for n in range(1, count + 1)]
    return [(text,), *((text[:cut], text[cut:]) for cut in cuts)]


@pytest.mark.parametrize("text", REFUSED)
def test_what_can_be_read_in_two_ways_is_refused_once(server: LimitedServer, text: bytes) -> None:
    for parts in pieces(text):
        [answer] = server.sent(*parts, pause=0.005)

        assert answer.status == 400
        assert answer.message


@pytest.mark.parametrize("text", BODIES)
def test_a_request_in_a_body_is_not_answered(server: LimitedServer, text: bytes) -> None:
    for parts in pieces(text + request("/last")):
        answers = server.sent(*parts, pause=0.005)

        assert paths(answers) == ["/", "/last"]
        assert json.loads(answers[0].body)["size"] == SIZE


@pytest.mark.parametrize("text", ENDS)
def test_nothing_is_read_after_the_last_request(server: LimitedServer, text: bytes) -> None:
    for parts in pieces(text):
        answers = server.sent(*parts, pause=0.005)

        assert paths(answers) == ["/"]
        assert answers[0].headers["connection"] == "close"


@pytest.mark.parametrize("text", TWO)
def test_two_requests_are_two(server: LimitedServer, text: bytes) -> None:
    for parts in pieces(text):
        assert paths(server.sent(*parts, pause=0.005)) == ["/", "/smuggled"]
