"""The counter from which another Invoice Ninja makes the numbers of new clients. Pure.

It is a setting of the company. A number that comes with a client does not move it. The server skips
taken numbers, but after a hundred of them it makes one up, such as `0100_ZHAzD`.
"""

import re
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from dialects.base.migration.field_groups import Members, encode_raw
from dialects.base.migration.remote_api import ApiRequest, CounterState, RemoteCounter
from storage import Invalid, Problem

from ...clients.number_pattern import (
    COUNTER_KEY,
    COUNTER_WORDS,
    PADDING_KEY,
    SLOT,
    read_count,
)
from ...clients.setting_types import PATTERN_KEY
from ...protocol.scalars import text_of

COMPANIES_PATH = "/api/v1/companies"
DEFAULT_PADDING = 4
ANY_TEXT, DIGITS = ".*?", "([0-9]{1,18})"


class CompanyEntry(Struct):
    """A company in the answer of a server. Its other keys are ignored."""

    id: str
    settings: dict[str, Raw]


class CompanyAnswer(Struct):
    """The body of an answer about one company, or about all that the token can see."""

    data: CompanyEntry | list[CompanyEntry]


def companies_request() -> ApiRequest:
    return ApiRequest(path=COMPANIES_PATH)


def current_company_request() -> ApiRequest:
    """Request the company of the token, where a list has several. This `POST` changes nothing."""
    return ApiRequest(method="POST", path=f"{COMPANIES_PATH}/current", body=b"{}")


def company_request(company_id: str) -> ApiRequest:
    return ApiRequest(path=company_path(company_id))


def company_path(company_id: str) -> str:
    return f"{COMPANIES_PATH}/{quote(company_id, safe='')}"


def read_states(body: bytes) -> tuple[CounterState, ...]:
    """Return the counters of the companies in an answer. Raises Invalid for any other answer."""
    return tuple(
        CounterState(id=one.id, value=counter_of(one.settings)) for one in entries_in(body)
    )


def entries_in(body: bytes) -> list[CompanyEntry]:
    try:
        data = msgspec.json.decode(body, type=CompanyAnswer).data
    except msgspec.MsgspecError as error:
        raise Invalid(Problem(("data",), f"is no Invoice Ninja company: {error}")) from error
    return data if isinstance(data, list) else [data]


def counter_of(settings: Members) -> int:
    return read_count(value_in(settings, COUNTER_KEY)) or 1


def value_in(settings: Members, key: str) -> Any:
    return msgspec.json.decode(settings[key]) if key in settings else None


def raise_request(body: bytes, value: int) -> ApiRequest:
    """Request a higher counter, with all other settings of the company that was just shown.

    A server forgets the settings that a request does not have.
    """
    [company] = entries_in(body)
    settings = company.settings | {COUNTER_KEY: encode_raw(value)}
    content = msgspec.json.encode({"settings": settings})
    return ApiRequest(method="PUT", path=company_path(company.id), body=content)


def taken_values(body: bytes, numbers: tuple[str, ...]) -> list[int]:
    """Return the values of the counter whose numbers are among these, in order."""
    settings = entries_in(body)[0].settings
    form = number_form(text_of(value_in(settings, PATTERN_KEY)) or "{$counter}")
    padding = read_count(value_in(settings, PADDING_KEY)) or DEFAULT_PADDING
    found = (form.fullmatch(number) for number in numbers) if form else ()
    digits = {match[1] for match in found if match}
    return sorted(int(text) for text in digits if str(int(text)).zfill(padding) == text)


def number_form(pattern: str) -> re.Pattern[str] | None:
    """Return the form of the numbers of a pattern, None if it does not have one counter."""
    parts, end = [], 0
    for slot in SLOT.finditer(pattern):
        is_counter = slot[2] in COUNTER_WORDS
        parts += [re.escape(pattern[end : slot.start()]), DIGITS if is_counter else ANY_TEXT]
        end = slot.end()
    parts.append(re.escape(pattern[end:]))
    return re.compile("".join(parts)) if parts.count(DIGITS) == 1 else None


COUNTER = RemoteCounter(
    list_request=companies_request,
    current_request=current_company_request,
    show_request=company_request,
    read_states=read_states,
    raise_request=raise_request,
    taken_values=taken_values,
)
