"""The small endpoints by which callers find out whom they reached, and load their tables."""

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import reply

from ..reference.statics import health, ping, statics
from .response_headers import API_VERSION, EVERY_ANSWER


class Company:
    async def ping(self, request: Request) -> Response:
        return reply(ping(account_of(request)))

    async def statics(self, _request: Request) -> Response:
        return reply(statics(), headers=API_VERSION)

    async def health(self, _request: Request) -> Response:
        return reply(health(EVERY_ANSWER["X-App-Version"]))
