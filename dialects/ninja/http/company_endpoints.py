"""Endpoints that show the account, the reference tables and the health of the server."""

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import json_response

from ..reference.statics import health, ping, statics
from .response_headers import API_VERSION_HEADER, COMMON_HEADERS


class Company:
    """Endpoints that read no client and no group."""

    async def ping(self, request: Request) -> Response:
        return json_response(ping(account_of(request)))

    async def statics(self, _request: Request) -> Response:
        return json_response(statics(), headers=API_VERSION_HEADER)

    async def health(self, _request: Request) -> Response:
        return json_response(health(COMMON_HEADERS["X-App-Version"]))
