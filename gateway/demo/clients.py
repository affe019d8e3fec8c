"""Synthetic clients for demonstrations and measurements: always the same ones.

Client number n is drawn from the words of `words.py` by a random generator with the seed n.
"""

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

from .words import CUSTOM_SAMPLES, LOCALES, PLACEHOLDERS, Locale, People, Town

T = TypeVar("T")
DemoFields = dict[str, Any]

DEMO_BATCH_SIZE = 1000
"""A number of clients that fits well into one transaction."""
BEGINNING = datetime(2019, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)
DOMAINS = ("example.com", "example.org", "example.net")
"""Reserved by RFC 2606: no mail is ever delivered there."""
TRANSCRIPTIONS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l"})
ALPHANUMERICS = string.ascii_letters + string.digits


class SeededRandom(Random):
    """A random generator that draws the same values for the same seed.

    All values come from `random` alone, which is several times as fast as `randrange`.
    """

    def below(self, limit: int) -> int:
        return int(self.random() * limit)

    def chance(self, percent: int) -> bool:
        """Return true in so many cases of a hundred."""
        return self.random() * 100 < percent

    def one_of(self, values: Sequence[T]) -> T:
        return values[int(self.random() * len(values))]

    def fill_template(self, pattern: str) -> str:
        """Return the pattern with a digit for each `#` and a letter for each `@`."""
        return "".join(self.one_of(PLACEHOLDERS[c]) if c in PLACEHOLDERS else c for c in pattern)


class Person(NamedTuple):
    first_name: str
    last_name: str


def demo_clients(start: int, stop: int) -> list[ImportClient]:
    """Generate clients `start` to `stop` - 1. Client number n is the same in every range."""
    return [demo_client(n) for n in range(start, stop)]


def demo_generators(start: int) -> Generators:
    """Return generators with which a store creates clients from number `start` on reproducibly.

    All that they generate can be predicted: never use them for API tokens.
    """
    rng, moments = SeededRandom(f"makers {start}"), count(start)
    milliseconds = count(int(END.timestamp()) * 1000 + start)
    return Generators(
        clock=lambda: END + next(moments) * MICROSECOND,
        new_uuid=lambda: ordered_uuid(rng, next(milliseconds)),
        random_text=lambda length: "".join(rng.choices(ALPHANUMERICS, k=length)),
    )


def ordered_uuid(rng: SeededRandom, milliseconds: int) -> UUID:
    """Return a UUID of version 7: the time, then random bits."""
    high_bits = milliseconds << 16 | 0x7 << 12 | rng.getrandbits(12)
    return UUID(int=high_bits << 64 | 0b10 << 62 | rng.getrandbits(62))


def demo_client(n: int) -> ImportClient:
    """Generate client number n: always the same."""
    rng = SeededRandom(n)
    locale = rng.one_of(LOCALES)
    people = (locale.women, locale.men) if rng.chance(50) else (locale.men, locale.women)
    first, second = random_person(rng, people[0]), random_person(rng, people[1])
    town = rng.one_of(locale.towns)
    names = individual_names(rng, first, people[0]) if rng.chance(30) else {}
    return ImportClient(
        external_id=f"crm-{n:06d}" if rng.chance(50) else None,
        **(names or organization_fields(rng, locale, town, first.last_name, n)),
        **phone_and_website(rng, locale, first, n),
        **random_address(rng, locale, town)._asdict(),
        **service_address_fields(rng, locale, town),
        **note_fields(rng, locale),
        **amount_fields(rng),
        **lifecycle_fields(rng),
        contacts=(
            contact_draft(rng, locale, first, n, is_primary=True),
            contact_draft(rng, locale, second, n),
        ),
    )


def random_person(rng: SeededRandom, people: People) -> Person:
    return Person(rng.one_of(people.first_names), rng.one_of(people.last_names))


def individual_names(rng: SeededRandom, person: Person, people: People) -> DemoFields:
    return {
        "classification": "individual",
        "first_name": person.first_name,
        "last_name": person.last_name,
        "middle_name": rng.one_of(people.first_names) if rng.chance(40) else "",
    }


def organization_fields(
    rng: SeededRandom, locale: Locale, town: Town, founder: str, n: int
) -> DemoFields:
    name = rng.one_of(locale.companies).format(
        last=founder,
        other=rng.one_of(locale.men.last_names),
        trade=rng.one_of(locale.trades),
        town=town.name,
    )
    vat_number = rng.fill_template(locale.vat_number) if rng.chance(70) else ""
    return {
        "classification": rng.one_of(("", "", "", "business", "company")),
        "organization_name": name,
        "vat_number": vat_number,
        "has_valid_vat_number": vat_number != "" and rng.chance(80),
        "is_tax_exempt": rng.chance(5),
        "id_number": f"{locale.register} {n:08d}",
        "industry_id": 1 + rng.below(33) if rng.chance(60) else None,
        "size_id": 1 + rng.below(6) if rng.chance(60) else None,
    }


def phone_and_website(rng: SeededRandom, locale: Locale, person: Person, n: int) -> DemoFields:
    website = f"https://www.{rng.one_of(DOMAINS)}/{slug(person.last_name)}-{n}"
    return {
        "phone": rng.fill_template(rng.one_of(locale.phones)) if rng.chance(60) else "",
        "website": website if rng.chance(50) else "",
    }


def contact_draft(
    rng: SeededRandom, locale: Locale, person: Person, n: int, *, is_primary: bool = False
) -> ContactDraft:
    mailbox = f"{slug(person.first_name)}.{slug(person.last_name)}.{n}"
    has_phone = is_primary or rng.chance(80)
    return ContactDraft(
        first_name=person.first_name,
        last_name=person.last_name,
        email=f"{mailbox}@{rng.one_of(DOMAINS)}",
        phone=rng.fill_template(rng.one_of(locale.phones)) if has_phone else "",
        is_primary=is_primary,
        send_email=is_primary or rng.chance(70),
    )


@cache
def slug(word: str) -> str:
    """Return a name as ASCII letters for an address; cached, since there are few names."""
    decomposed = unicodedata.normalize("NFKD", word.lower().translate(TRANSCRIPTIONS))
    return "".join(c for c in decomposed if c.isascii() and c.isalnum())


def random_address(rng: SeededRandom, locale: Locale, town: Town) -> Address:
    street, house = rng.one_of(locale.streets), 1 + rng.below(180)
    return Address(
        address1=locale.street_line.format(street=street, house=house),
        address2=rng.fill_template(rng.one_of(locale.second_lines)) if rng.chance(25) else "",
        city=town.name,
        state=town.state,
        postal_code=rng.fill_template(town.postal_code),
        country_id=locale.country_id,
    )


def service_address_fields(rng: SeededRandom, locale: Locale, town: Town) -> DemoFields:
    """Return the fields of a service address.

    A quarter of the clients have it as an address, a quarter as a text, and half have none.
    """
    match rng.below(4):
        case 0:
            place = random_address(rng, locale, rng.one_of(locale.towns))
            return {f"shipping_{name}": value for name, value in place._asdict().items()}
        case 1:
            return service_text_fields(rng, locale, town)
        case _:
            return {}


def service_text_fields(rng: SeededRandom, locale: Locale, town: Town) -> DemoFields:
    place = random_address(rng, locale, town)
    town_line = locale.town_line.format(**place._asdict())
    return {
        "service_text": f"{place.address1}, {town_line}, {COUNTRIES[locale.country_id].name}",
        "entrance_no": str(1 + rng.below(9)) if rng.chance(50) else "",
        "floor": str(rng.below(12)) if rng.chance(60) else "",
        "apartment": str(1 + rng.below(150)) if rng.chance(60) else "",
        "description": rng.fill_template(rng.one_of(locale.directions)) if rng.chance(50) else "",
        "longitude": round(town.longitude + rng.uniform(-0.05, 0.05), 6),
        "latitude": round(town.latitude + rng.uniform(-0.05, 0.05), 6),
    }


def note_fields(rng: SeededRandom, locale: Locale) -> DemoFields:
    custom = f"custom_value{1 + rng.below(4)}"
    return {
        "private_notes": rng.one_of(locale.notes) if rng.chance(20) else "",
        "public_notes": rng.one_of(locale.notes) if rng.chance(15) else "",
        custom: rng.one_of(CUSTOM_SAMPLES) if rng.chance(20) else "",
        "settings": settings_text(locale.currency_id) if rng.chance(30) else msgspec.UNSET,
    }


@cache
def settings_text(currency_id: int) -> str:
    """Return the settings of a client that sets only the currency."""
    settings = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}
    return msgspec.json.encode(settings | {"currency_id": str(currency_id)}).decode()


def amount_fields(rng: SeededRandom) -> DemoFields:
    return {
        "balance": random_amount(rng, 2_000_000 if rng.chance(45) else 0),
        "paid_to_date": random_amount(rng, 10_000_000 if rng.chance(55) else 0),
        "credit_balance": random_amount(rng, 50_000 if rng.chance(10) else 0),
    }


def random_amount(rng: SeededRandom, max_cents: int) -> Decimal:
    return Decimal(rng.below(max_cents + 1)).scaleb(-2)


def lifecycle_fields(rng: SeededRandom) -> DemoFields:
    """Return the times of a client and its state; 1 of 100 is deleted, 3 are only archived."""
    created_at = BEGINNING + rng.below((END - BEGINNING) // MICROSECOND) * MICROSECOND
    left = (END - created_at) // MICROSECOND
    updated_at = created_at + rng.below(left) * MICROSECOND if rng.chance(70) else created_at
    is_deleted = rng.chance(1)
    return {
        "created_at": created_at,
        "updated_at": updated_at,
        "archived_at": updated_at if is_deleted or rng.chance(3) else None,
        "is_deleted": is_deleted,
    }
