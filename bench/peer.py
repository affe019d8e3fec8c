"""The peer: the same clients served by FastAPI and SQLModel, written as their tutorials teach.

Two shapes, as the gateway has two dialects: all fields by pages under `/clients`, a few of them by
cursor under `/v2/clients`. Run by uvicorn; PEER_DATABASE names its file, which
bench/peer_filling.py fills.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Response, Security
from fastapi.security import APIKeyHeader
from sqlalchemy import event, tuple_
from sqlalchemy.orm import selectinload
from sqlmodel import JSON, Field, Relationship, Session, SQLModel, col, create_engine, func, select


class ContactBase(SQLModel):
    first_name: str = ""
    last_name: str = ""
    email: str = Field(default="", index=True)
    archived_at: int = 0
    is_primary: bool = False
    is_locked: bool = False
    phone: str = ""
    custom_value1: str = ""
    custom_value2: str = ""
    custom_value3: str = ""
    custom_value4: str = ""
    send_email: bool = True
    last_login: int = 0
    password: str = ""


class Contact(ContactBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    client_id: int | None = Field(default=None, foreign_key="client.id", index=True)
    contact_key: str = ""
    link: str = ""
    created_at: int = 0
    updated_at: int = 0
    client: "Client" = Relationship(back_populates="contacts")


class ContactPublic(ContactBase):
    id: int
    contact_key: str
    link: str
    created_at: int
    updated_at: int


class ClientBase(SQLModel):
    user_id: str = ""
    assigned_user_id: str = ""
    name: str = Field(default="", index=True)
    website: str = ""
    private_notes: str = ""
    balance: float = 0
    group_settings_id: str = ""
    paid_to_date: float = 0
    payment_balance: float = 0
    credit_balance: float = 0
    last_login: int = 0
    size_id: str = ""
    public_notes: str = ""
    address1: str = ""
    address2: str = ""
    phone: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country_id: str = ""
    industry_id: str = ""
    custom_value1: str = ""
    custom_value2: str = ""
    custom_value3: str = ""
    custom_value4: str = ""
    shipping_address1: str = ""
    shipping_address2: str = ""
    shipping_city: str = ""
    shipping_state: str = ""
    shipping_postal_code: str = ""
    shipping_country_id: str = ""
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    is_deleted: bool = False
    vat_number: str = ""
    id_number: str = ""
    archived_at: int = 0
    display_name: str = ""
    number: str = Field(default="", index=True)
    has_valid_vat_number: bool = False
    is_tax_exempt: bool = False
    routing_id: str = ""
    tax_info: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    classification: str = ""
    e_invoice: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    documents: list[Any] = Field(default_factory=list, sa_type=JSON)
    gateway_tokens: list[Any] = Field(default_factory=list, sa_type=JSON)


class Client(ClientBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    uuid: UUID = Field(default_factory=uuid4, unique=True)
    client_hash: str = ""
    version: int = 1
    created_at: int = Field(default=0, index=True)
    updated_at: int = 0
    contacts: list[Contact] = Relationship(back_populates="client")


class ClientPublic(ClientBase):
    id: int
    client_hash: str
    created_at: int
    updated_at: int
    contacts: list[ContactPublic]


class ClientCreate(ClientBase):
    contacts: list[ContactBase] = []


class ClientUpdate(SQLModel):
    name: str | None = None
    private_notes: str | None = None
    public_notes: str | None = None
    phone: str | None = None


class ClientsPublic(SQLModel):
    data: list[ClientPublic]
    count: int


class BriefContact(SQLModel):
    first_name: str
    last_name: str
    email: str
    phone: str


class BriefClient(SQLModel):
    uuid: UUID
    number: str
    name: str
    classification: str
    shipping_address1: str
    shipping_city: str
    shipping_postal_code: str
    shipping_country_id: str
    version: int
    created_at: int
    updated_at: int
    contacts: list[BriefContact]


class BriefClients(SQLModel):
    clients: list[BriefClient]


class Token(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)


engine = create_engine(
    f"sqlite:///{os.environ['PEER_DATABASE']}",
    connect_args={"check_same_thread": False, "timeout": 30},
)


@event.listens_for(engine, "connect")
def set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
KeyDep = Annotated[str, Security(APIKeyHeader(name="X-API-TOKEN"))]


def check_token(session: SessionDep, key: KeyDep) -> None:
    digest = sha256(key.encode()).hexdigest()
    if session.exec(select(Token).where(Token.digest == digest)).first() is None:
        raise HTTPException(status_code=403, detail="Invalid token")


router = APIRouter(dependencies=[Depends(check_token)])


@router.get("/clients", response_model=ClientsPublic)
def read_clients(
    session: SessionDep,
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1, le=5000)] = 20,
) -> Any:
    count = session.exec(select(func.count()).select_from(Client)).one()
    statement = (
        select(Client)
        .order_by(col(Client.id))
        .offset((page - 1) * per_page)
        .limit(per_page)
        .options(selectinload(Client.contacts))
    )
    return {"data": session.exec(statement).all(), "count": count}


@router.get("/clients/{client_id}", response_model=ClientPublic)
def read_client(
    session: SessionDep,
    response: Response,
    client_id: int,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Any:
    client = session.get(Client, client_id)
    if client is None:
        raise HTTPException(status_code=404, detail="Client not found")
    tag = f'"{client.version}"'
    if if_none_match == tag:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return client


@router.post("/clients", response_model=ClientPublic)
def create_client(session: SessionDep, client: ClientCreate) -> Any:
    now = int(datetime.now(UTC).timestamp())
    times = {"created_at": now, "updated_at": now}
    contacts = [Contact.model_validate(contact, update=times) for contact in client.contacts]
    made = Client.model_validate(client, update=times | {"contacts": contacts})
    session.add(made)
    session.commit()
    session.refresh(made)
    return made


@router.patch("/clients/{client_id}", response_model=ClientPublic)
def update_client(session: SessionDep, client_id: int, client: ClientUpdate) -> Any:
    known = session.get(Client, client_id)
    if known is None:
        raise HTTPException(status_code=404, detail="Client not found")
    known.sqlmodel_update(client.model_dump(exclude_unset=True))
    known.version += 1
    known.updated_at = int(datetime.now(UTC).timestamp())
    session.add(known)
    session.commit()
    session.refresh(known)
    return known


@router.get("/v2/clients", response_model=BriefClients)
def read_newest_clients(
    session: SessionDep,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    statement = (
        select(Client)
        .order_by(col(Client.created_at).desc(), col(Client.id).desc())
        .limit(limit)
        .options(selectinload(Client.contacts))
    )
    if after is not None:
        place = session.exec(select(Client.created_at, Client.id).where(Client.uuid == after)).one()
        statement = statement.where(tuple_(Client.created_at, Client.id) < tuple_(*place))
    return {"clients": session.exec(statement).all()}


@router.get("/v2/clients/{uuid}", response_model=BriefClient)
def read_brief_client(session: SessionDep, uuid: UUID) -> Any:
    client = session.exec(select(Client).where(Client.uuid == uuid)).first()
    if client is None:
        raise HTTPException(status_code=404, detail="Client not found")
    return client


app = FastAPI()
app.include_router(router)


@app.get("/livez")
def alive() -> str:
    return "ok"
