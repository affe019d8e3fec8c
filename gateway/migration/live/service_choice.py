"""Which live service of an account a command means: the one at a URL, one by name, or the only one.

A service keeps its links when its URL changes, but nobody can see from a new URL whether a service
has moved or is another one. So a person says which, as soon as there are links to lose.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct

from dialects.base.dialect import Dialect
from gateway.remote.request_checks import usable_base
from storage import Account, CreateService, Invalid, NotFound, Problem, Run, Service, Store


class ServiceWish(Struct, frozen=True, kw_only=True):
    """What a command says of the service that it means. All may be empty, but for the dialect.

    `source` is the identity that an interrupted run has noted: then nothing else counts.
    """

    dialect: Dialect
    url: str = ""
    name: str = ""
    source: str = ""


@contextmanager
def service_in_use(store: Store, account: Account, wish: ServiceWish) -> Iterator[Service]:
    """Return the service that is meant; an unknown one is created.

    If it is used for nothing, since it does not answer or nothing was written, it is forgotten.
    Raises Invalid as `choose_service`.
    """
    choice = choose_service(store, account, wish)
    if isinstance(choice, Service):
        yield choice
        return
    service = store.create_service(account.id, choice)
    try:
        yield service
    finally:
        store.forget_unused_service(account.id, service.source)


def choose_service(store: Store, account: Account, wish: ServiceWish) -> Service | CreateService:
    """Return the service that is meant, or the command to create it.

    Raises Invalid if it is not clear which one is meant, and NotFound for an unknown source.
    """
    if wish.source:
        return store.get_service(account.id, wish.source)
    known = store.list_services(account.id)
    own = [service for service in known if service.dialect == wish.dialect.name]
    url = usable_base(wish.url) if wish.url else ""
    if wish.name:
        return choose_by_name(account, known, wish, url)
    if not url and own:
        return only_service(own)
    url = url or wish.dialect.remote.default_url
    if not url:
        raise Invalid(Problem(("url",), "is missing: no service of this kind is known yet"))
    found = find_at(own, url)
    if found is None:
        refuse_moved(store, account, own, url)
    return found or CreateService(dialect=wish.dialect.name, url=url)


def choose_by_name(
    account: Account, known: Sequence[Service], wish: ServiceWish, url: str
) -> Service | CreateService:
    dialect = wish.dialect.name
    named = next((service for service in known if service.name == wish.name), None)
    if named is not None:
        if named.dialect != dialect:
            raise service_problem(f"{named.name} is of the kind {named.dialect}, not {dialect}")
        if url not in {"", named.url}:
            move = move_command(account, named, url)
            raise service_problem(f"{named.label} has another URL; if it has moved: {move}")
        return named
    if not url:
        raise service_problem(f"{wish.name} is not known; a new one needs --url")
    other = find_at([service for service in known if service.dialect == dialect], url)
    if other is not None:
        raise service_problem(f"the one at {url} is called {other.name}")
    return CreateService(dialect=dialect, url=url, name=wish.name)


def service_problem(words: str) -> Invalid:
    return Invalid(Problem(("service",), words))


def only_service(own: Sequence[Service]) -> Service:
    """Return the only service of a dialect. Raises Invalid if there are several."""
    if len(own) > 1:
        names = ", ".join(service.name for service in own)
        raise service_problem(f"say with --service which one: {names}")
    return own[0]


def find_at(services: Sequence[Service], url: str) -> Service | None:
    """Find the service at a URL in the form of `usable_base`, in which the store keeps them."""
    return next((service for service in services if service.url == url), None)


def refuse_moved(store: Store, account: Account, own: Sequence[Service], url: str) -> None:
    """Raise Invalid if a service of the dialect has links: it may be the one that is here now."""
    linked = [one for one in own if store.scan_links(account.id, one.source, limit=1)]
    if linked:
        old = linked[-1]
        raise Invalid(
            Problem(
                ("url",),
                f"no service is known at {url}, but {old.label} has linked clients;"
                f" if it has moved: {move_command(account, old, url)};"
                f" if this is another one: --service {old.dialect}-{len(own) + 1}",
            )
        )


def move_command(account: Account, service: Service, url: str) -> str:
    return f"gateway services move {service.name} --account {account.name} --url {url}"


class ServiceLabels:
    """The names and URLs of services, as people read them. Each account is read once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.by_account: dict[str, dict[str, str]] = {}

    def label_of(self, run: Run) -> str:
        """Return the name and the URL of a run's service; of an import, its source."""
        if run.account not in self.by_account:
            account = self.store.get_account(run.account)
            services = self.store.list_services(account.id)
            self.by_account[run.account] = {one.source: one.label for one in services}
        return self.by_account[run.account].get(run.source, run.source)


def get_named(store: Store, account: Account, name: str) -> Service:
    """Return the service with a name. Raises NotFound."""
    for service in store.list_services(account.id):
        if service.name == name:
            return service
    raise NotFound("service")


def move_service(store: Store, account: Account, name: str, url: str) -> Service:
    """Note that a service is at another URL. Raises NotFound, and Invalid for another's URL."""
    service, base = get_named(store, account, name), usable_base(url)
    own = [one for one in store.list_services(account.id) if one.dialect == service.dialect]
    other = find_at([one for one in own if one.source != service.source], base)
    if other is not None:
        raise Invalid(Problem(("url",), f"is where {other.name} is"))
    return store.move_service(account.id, service.source, base)
