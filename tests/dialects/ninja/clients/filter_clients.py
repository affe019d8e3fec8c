"""Clients for the tests of filters, made of few different values, so that many of them are
equal."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from storage.model.commands import ContactDraft, ImportClient

CLIENTS = 60
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = ["Acme", "Søren", "Ärger", "ärger", "STRAẞE", "Straße", "Zoë", "Łódź", "日本", "Ивано́вич"]
WORDS += ["Zoe\u0308 Ω", "100%", "a_b", "Ö", "x"]
CITIES = ["", "Bonn", "bonn", "Éclair", "Zürich", "ab", "AB"]
AMOUNTS = ["-5", "0", "9.99", "10", "10.000001", "0.000001", "15.5", "20", "-0.5"]
KINDS = ["", "business", "Business", "individual", "company"]
REFERENCES = [None, 1, 2, 3]
HELD = ["custom_value1", "custom_value2", "custom_value3", "custom_value4", "vat_number"]
LISTED = ["group_settings_id", "country_id", "industry_id", "size_id", "classification"]


def contact(random: Random) -> ContactDraft:
    return ContactDraft(
        first_name=random.choice(["", *WORDS]),
        last_name=random.choice(["", *WORDS]),
        email=random.choice(["", "ada@acme.example", "ÄRGER@a.example", "bob@b.example"]),
        phone=random.choice(["", "+49 30 12", "555-12"]),
        is_primary=random.random() < 0.3,
    )


def client(random: Random, n: int) -> ImportClient:
    """Return the n-th client, in a random state."""
    name = " ".join(random.choices(WORDS, k=random.randrange(3)))
    kind, state = random.choice(KINDS), random.choice(["active", "archived", "deleted", "both"])
    born = NEW_YEAR + timedelta(days=random.randrange(5))
    texts = {f: random.choice(["", *WORDS]) for f in (*HELD[:4], "website")}
    texts |= {f: random.choice(CITIES) for f in ("city", "state", "vat_number", "public_notes")}
    return ImportClient(
        number=random.choice([f"INV-{n}", f"{n:04}", f"Ä{n}", None]),
        classification=kind,
        organization_name="" if kind == "individual" else name,
        first_name=name if kind == "individual" else "",
        id_number=random.choice(["", f"{random.choice(WORDS)} {n}"]),
        phone=random.choice(["", "555", "030"]),
        balance=Decimal(random.choice(AMOUNTS)),
        paid_to_date=Decimal(random.choice(AMOUNTS)),
        country_id=random.choice([4, 276, 840]),
        shipping_country_id=random.choice([None, 4, 276]),
        industry_id=random.choice([None, 1, 2, 30]),
        size_id=random.choice(REFERENCES),
        group_serial=random.choice(REFERENCES),
        assigned_user_serial=random.choice(REFERENCES),
        created_at=born,
        updated_at=born + timedelta(hours=random.randrange(3)),
        archived_at=born + timedelta(days=9) if state in {"archived", "both"} else None,
        is_deleted=state in {"deleted", "both"},
        last_login=random.choice([None, born]),
        contacts=tuple(contact(random) for _ in range(random.randrange(3))),
        **texts,
    )
