"""Clients for demonstrations and measurements: made up of demo_words.py, and always the same."""

import string
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import count
from random import Random
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from storage import COUNTRIES, MICROSECOND, Address, ContactDraft, Generators, ImportClient

from .words import CUSTOM_VALUES, FILLINGS, LOCALES, Locale, People, Town

T = TypeVar("T")
Fields = dict[str, Any]

BATCH = 1000
"""How many clients fit well into one transaction."""
BEGINNING = datetime(2019, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)
DOMAINS = ("example.com", "example.org", "example.net")
"""Set aside by RFC 2606: nobody ever gets this mail."""
TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l"})
ALPHANUMERICS = string.ascii_letters + string.digits


class SeededRandom(Random):
    """Chance that repeats itself: whoever knows the seed knows all that is drawn.

    Everything is drawn by `random` alone, several times as fast as by `randrange`.
    """

    def below(self, limit: int) -> int:
        return int(self.random() * limit)

    def strikes(self, percent: int) -> bool:
        return self.random() * 100 < percent

    def one_of(self, values: Sequence[T]) -> T:
        return values[int(self.random() * len(values))]

    def fill_template(self, pattern: str) -> str:
        """The pattern with a digit for each `#` and a letter for each `@`."""
        return "".join(self.one_of(FILLINGS[c]) if c in FILLINGS else c for c in pattern)


class Person(NamedTuple):
    first_name: str
    last_name: str


def demo_clients(start: int, stop: int) -> list[ImportClient]:
    """The clients `start` up to, not including, `stop`: each is the same in whatever range."""
    return [demo_client(n) for n in range(start, stop)]


def demo_makers(start: int) -> Generators:
    """What a store needs to make the clients from number `start` on the same way twice.

    All that they make can be foretold: never let them make an API token.
    """
    luck, moments = SeededRandom(f"makers {start}"), count(start)
    milliseconds = count(int(END.timestamp()) * 1000 + start)
    return Generators(
        clock=lambda: END + next(moments) * MICROSECOND,
        new_uuid=lambda: ordered_uuid(luck, next(milliseconds)),
        random_text=lambda length: "".join(luck.choices(ALPHANUMERICS, k=length)),
    )


def ordered_uuid(luck: SeededRandom, milliseconds: int) -> UUID:
    """A UUID of version 7: the time, then chance."""
    head = milliseconds << 16 | 0x7 << 12 | luck.getrandbits(12)
    return UUID(int=head << 64 | 0b10 << 62 | luck.getrandbits(62))


def demo_client(n: int) -> ImportClient:
    luck = SeededRandom(n)
    locale = luck.one_of(LOCALES)
    people = (locale.women, locale.men) if luck.strikes(50) else (locale.men, locale.women)
    first, second = person(luck, people[0]), person(luck, people[1])
    town = luck.one_of(locale.towns)
    names = individual(luck, first, people[0]) if luck.strikes(30) else {}
    return ImportClient(
        external_id=f"crm-{n:06d}" if luck.strikes(50) else None,
        **(names or organization(luck, locale, town, first.last_name, n)),
        **reach(luck, locale, first, n),
        **address(luck, locale, town)._asdict(),
        **service_address(luck, locale, town),
        **notes(luck, locale),
        **money(luck),
        **life(luck),
        contacts=(
            contact(luck, locale, first, n, is_primary=True),
            contact(luck, locale, second, n),
        ),
    )


def person(luck: SeededRandom, people: People) -> Person:
    return Person(luck.one_of(people.first_names), luck.one_of(people.last_names))


def individual(luck: SeededRandom, who: Person, people: People) -> Fields:
    return {
        "classification": "individual",
        "first_name": who.first_name,
        "last_name": who.last_name,
        "middle_name": luck.one_of(people.first_names) if luck.strikes(40) else "",
    }


def organization(luck: SeededRandom, locale: Locale, town: Town, founder: str, n: int) -> Fields:
    name = luck.one_of(locale.companies).format(
        last=founder,
        other=luck.one_of(locale.men.last_names),
        trade=luck.one_of(locale.trades),
        town=town.name,
    )
    vat_number = luck.fill_template(locale.vat_number) if luck.strikes(70) else ""
    return {
        "classification": luck.one_of(("", "", "", "business", "company")),
        "organization_name": name,
        "vat_number": vat_number,
        "has_valid_vat_number": vat_number != "" and luck.strikes(80),
        "is_tax_exempt": luck.strikes(5),
        "id_number": f"{locale.register} {n:08d}",
        "industry_id": 1 + luck.below(33) if luck.strikes(60) else None,
        "size_id": 1 + luck.below(6) if luck.strikes(60) else None,
    }


def reach(luck: SeededRandom, locale: Locale, who: Person, n: int) -> Fields:
    website = f"https://www.{luck.one_of(DOMAINS)}/{slug(who.last_name)}-{n}"
    return {
        "phone": luck.fill_template(luck.one_of(locale.phones)) if luck.strikes(60) else "",
        "website": website if luck.strikes(50) else "",
    }


def contact(
    luck: SeededRandom, locale: Locale, who: Person, n: int, *, is_primary: bool = False
) -> ContactDraft:
    mailbox = f"{slug(who.first_name)}.{slug(who.last_name)}.{n}"
    has_phone = is_primary or luck.strikes(80)
    return ContactDraft(
        first_name=who.first_name,
        last_name=who.last_name,
        email=f"{mailbox}@{luck.one_of(DOMAINS)}",
        phone=luck.fill_template(luck.one_of(locale.phones)) if has_phone else "",
        is_primary=is_primary,
        send_email=is_primary or luck.strikes(70),
    )


@cache
def slug(word: str) -> str:
    """A name as it can stand in an address: letters of ASCII. There are only so many names."""
    decomposed = unicodedata.normalize("NFKD", word.lower().translate(TRANSCRIBED))
    return "".join(c for c in decomposed if c.isascii() and c.isalnum())


def address(luck: SeededRandom, locale: Locale, town: Town) -> Address:
    street, house = luck.one_of(locale.streets), 1 + luck.below(180)
    return Address(
        address1=locale.street_line.format(street=street, house=house),
        address2=luck.fill_template(luck.one_of(locale.second_lines)) if luck.strikes(25) else "",
        city=town.name,
        state=town.state,
        postal_code=luck.fill_template(town.postal_code),
        country_id=locale.country_id,
    )


def service_address(luck: SeededRandom, locale: Locale, town: Town) -> Fields:
    """In one of its two forms for a quarter of the clients each, none for the others."""
    match luck.below(4):
        case 0:
            place = address(luck, locale, luck.one_of(locale.towns))
            return {f"shipping_{name}": value for name, value in place._asdict().items()}
        case 1:
            return service_text(luck, locale, town)
        case _:
            return {}


def service_text(luck: SeededRandom, locale: Locale, town: Town) -> Fields:
    place = address(luck, locale, town)
    town_line = locale.town_line.format(**place._asdict())
    return {
        "service_text": f"{place.address1}, {town_line}, {COUNTRIES[locale.country_id].name}",
        "entrance_no": str(1 + luck.below(9)) if luck.strikes(50) else "",
        "floor": str(luck.below(12)) if luck.strikes(60) else "",
        "apartment": str(1 + luck.below(150)) if luck.strikes(60) else "",
        "description": luck.fill_template(luck.one_of(locale.directions))
        if luck.strikes(50)
        else "",
        "longitude": round(town.longitude + luck.uniform(-0.05, 0.05), 6),
        "latitude": round(town.latitude + luck.uniform(-0.05, 0.05), 6),
    }


def notes(luck: SeededRandom, locale: Locale) -> Fields:
    custom = f"custom_value{1 + luck.below(4)}"
    return {
        "private_notes": luck.one_of(locale.notes) if luck.strikes(20) else "",
        "public_notes": luck.one_of(locale.notes) if luck.strikes(15) else "",
        custom: luck.one_of(CUSTOM_VALUES) if luck.strikes(20) else "",
        "settings": settings_text(locale.currency_id) if luck.strikes(30) else msgspec.UNSET,
    }


@cache
def settings_text(currency_id: int) -> str:
    """The settings of a client that has none of its own but the currency."""
    settings = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}
    return msgspec.json.encode(settings | {"currency_id": str(currency_id)}).decode()


def money(luck: SeededRandom) -> Fields:
    return {
        "balance": amount(luck, 2_000_000 if luck.strikes(45) else 0),
        "paid_to_date": amount(luck, 10_000_000 if luck.strikes(55) else 0),
        "credit_balance": amount(luck, 50_000 if luck.strikes(10) else 0),
    }


def amount(luck: SeededRandom, most_cents: int) -> Decimal:
    return Decimal(luck.below(most_cents + 1)).scaleb(-2)


def life(luck: SeededRandom) -> Fields:
    """When it was made and last changed; 1 of 100 is deleted by now, 3 are only archived."""
    created_at = BEGINNING + luck.below((END - BEGINNING) // MICROSECOND) * MICROSECOND
    left = (END - created_at) // MICROSECOND
    updated_at = created_at + luck.below(left) * MICROSECOND if luck.strikes(70) else created_at
    is_deleted = luck.strikes(1)
    return {
        "created_at": created_at,
        "updated_at": updated_at,
        "archived_at": updated_at if is_deleted or luck.strikes(3) else None,
        "is_deleted": is_deleted,
    }
