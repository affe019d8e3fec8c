"""Wire shapes of this API, field by field: bodies and query strings. No logic.

Where an input type is wider than in the documentation, a live integration sends it so.
"""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field


class Geolocation(Struct, kw_only=True):
    """Coordinates of an address, in degrees."""

    longitude: float
    latitude: float


class Address(Struct, kw_only=True):
    """The service address of a client."""

    formatted: str | None = None
    entrance_no: str | None = None
    apartment: str | None = None
    floor: str | None = None
    description: str | None = None
    geolocation: Geolocation | None = None


class Contact(Struct, kw_only=True):
    """One phone number or e-mail address of a client."""

    name: str | None
    value: str
    type: str


class Organization(Struct, kw_only=True):
    """A client that is an organization."""

    uuid: UUID
    external_id: str | None
    name: str
    organization: bool = True
    organization_name: str
    site_address: Address | None
    contacts: list[Contact]
    version: int
    created_at: str
    updated_at: str


class Individual(Struct, kw_only=True):
    """A client that is a person."""

    uuid: UUID
    external_id: str | None
    name: str
    organization: bool = False
    first_name: str | None
    last_name: str | None
    middle_name: str | None
    site_address: Address | None
    contacts: list[Contact]
    version: int
    created_at: str
    updated_at: str


Client = Organization | Individual


class One(Struct):
    """The body of an answer with one client."""

    client: Client


class Many(Struct):
    """The body of an answer with a page of clients."""

    clients: list[Client]


class Tombstone(Struct):
    """A client that is deleted, for callers that poll.

    The gateway adds this list. The vendor's API reports deletions by webhook only. `merged_into` is
    the uuid of the client that has taken it in.
    """

    uuid: UUID
    external_id: str | None
    deleted_at: str
    merged_into: UUID | None


class Tombstones(Struct):
    """The body of an answer with a page of deleted clients."""

    clients: list[Tombstone]


class Mutation(Struct):
    """The body of an answer to a write."""

    client_uuid: UUID


class GeolocationInput(Struct, kw_only=True):
    """Coordinates in a request."""

    longitude: float | str | UnsetType | None = UNSET
    latitude: float | str | UnsetType | None = UNSET


class AddressInput(Struct, kw_only=True):
    """A service address in a request."""

    formatted: str | UnsetType | None = UNSET
    entrance_no: str | int | float | UnsetType | None = UNSET
    apartment: str | int | float | UnsetType | None = UNSET
    floor: str | int | float | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    geolocation: GeolocationInput | UnsetType | None = UNSET


class ContactInput(Struct, kw_only=True):
    """A phone number or e-mail address in a request."""

    name: str | None = None
    value: str
    type: str


class ClientInput(Struct, kw_only=True):
    """A client in a request that creates or changes it."""

    external_id: str | UnsetType | None = UNSET
    organization: bool | UnsetType = UNSET
    organization_name: str | UnsetType = UNSET
    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    middle_name: str | UnsetType | None = UNSET
    site_address: AddressInput | UnsetType | None = UNSET
    contacts: list[ContactInput] | UnsetType = UNSET


class ListParams(Struct, kw_only=True):
    """Parameters of a list in the query string, as text."""

    after: str | UnsetType = UNSET
    limit: str = ""
    deleted: str = ""
    updated_at: str | UnsetType = UNSET
    updated_after: str | UnsetType = field(name="updated_at[after]", default=UNSET)
    updated_before: str | UnsetType = field(name="updated_at[before]", default=UNSET)


class Errors(Struct, omit_defaults=True):
    """The body of a refusal; `errors` has sentences under the paths of refused fields."""

    message: str
    errors: dict[str, object] = {}
