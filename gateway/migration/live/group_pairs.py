"""Groups of clients here and at a service: pairs of one name.

1. The groups of the service are read when the first client names one.
2. A group that came from the service is known by its serial and the moment of its creation, though
   it has another name by now. All others are paired by name.
3. `dialect` is the dialect of the service with other requests. The ids of groups in objects that
   come from there are replaced by those of their pairs here, and the ids in requests by those of
   their pairs there. So whoever compares two objects sees one group as one.
4. A group that is not there is created before the first client is told of it. If the service
   refuses, its clients are told without it, and that is a loss.
"""

from collections.abc import Collection, Iterator
from threading import RLock

from msgspec import structs

from dialects.base.dialect import Dialect
from dialects.base.migration.losses import Loss, make_loss
from dialects.base.migration.remote_api import (
    ApiRequest,
    ObjectPage,
    RemoteGroup,
    RemoteGroups,
    RemoteObject,
)
from gateway.remote.failures import AccessDenied
from gateway.remote.http_client import HttpClient
from storage import FIRST_PROVISIONAL_SERIAL, Account, Client, Group, GroupQuery, Store, fold

from .list_scan import FIRST_ERROR_STATUS, send_request
from .service_writer import first_line

GROUPS_AT_ONCE = 500


class GroupPairs:
    """The pairs of groups of an account and a service. Several threads may use them at once.

    `may_create`: groups that are not there are created. Otherwise their names are in `unmade`.
    """

    def __init__(
        self,
        store: Store,
        account: Account,
        dialect: Dialect,
        service: HttpClient,
        *,
        may_create: bool = False,
    ) -> None:
        self.store, self.account, self.service = store, account, service
        self.plain = dialect
        self.may_create = may_create
        self.serials: dict[str, int] = {}
        """The serials of groups here by the ids of their pairs."""
        self.foreign_ids: dict[int, str] = {}
        self.refusals: dict[int, str] = {}
        """Why a group is not told, by its serial."""
        self.made: list[str] = []
        self.unmade: set[str] = set()
        self.is_read = False
        self.obstacle = ""
        """Why the service does not show its groups; then it is told of none."""
        self.lock = RLock()

    @property
    def groups(self) -> RemoteGroups:
        groups = self.plain.remote.groups
        if groups is None:
            raise LookupError(f"{self.plain.name} has no groups")
        return groups

    @property
    def dialect(self) -> Dialect:
        """The dialect with requests and answers in which groups have the ids of their pairs."""
        if self.plain.remote.groups is None:
            return self.plain
        remote = structs.replace(
            self.plain.remote,
            read_page=self.read_page,
            unwrap_object=self.unwrap_object,
            create_request=self.create_request,
            change_request=self.change_request,
            unsendable_fields=self.unsendable_fields,
        )
        return structs.replace(self.plain, remote=remote)

    # Objects that come from the service

    def read_page(self, request: ApiRequest, body: bytes) -> ObjectPage:
        page = self.plain.remote.read_page(request, body)
        return structs.replace(page, objects=tuple(map(self.object_here, page.objects)))

    def unwrap_object(self, body: bytes) -> bytes:
        return self.object_here(self.plain.remote.unwrap_object(body))

    def object_here(self, raw: bytes) -> bytes:
        """Return an object of the service with the id that its group has here."""
        foreign_id = self.groups.id_in(raw)
        if not foreign_id:
            return raw
        serial = self.serial_of(foreign_id)
        own_id = foreign_id if serial is None else self.groups.id_of(serial, self.account)
        return raw if own_id == foreign_id else self.groups.with_id(raw, own_id)

    def serial_of(self, foreign_id: str) -> int | None:
        """Return the serial here of a group of the service; None if another salt wrote its id."""
        with self.lock:
            self.read()
            serial = self.serials.get(foreign_id)
        return self.groups.serial_of(foreign_id, self.account) if serial is None else serial

    # Requests to the service

    def create_request(self, record: Client, key: str, account: Account) -> ApiRequest:
        request = self.plain.remote.create_request(record, key, account)
        foreign_id = self.id_there(record.group_serial)
        return self.groups.sent_with(request, foreign_id) if foreign_id else request

    def change_request(
        self, merged: bytes, told: Collection[str], before: RemoteObject
    ) -> ApiRequest | None:
        request = self.plain.remote.change_request(merged, told, before)
        if request is None or self.groups.field not in told:
            return request
        own_id = self.groups.id_in(merged)
        foreign_id = self.id_there(self.groups.serial_of(own_id, self.account))
        return request if own_id and not foreign_id else self.groups.sent_with(request, foreign_id)

    def unsendable_fields(self, record: Client) -> tuple[Loss, ...]:
        """Return the losses of a client, its group too if the service does not take that."""
        losses = self.plain.remote.unsendable_fields(record)
        serial = record.group_serial
        if serial is None or self.id_there(serial) or serial not in self.refusals:
            return losses
        return (*losses, make_loss(self.groups.field, self.refusals[serial]))

    def id_there(self, serial: int | None) -> str:
        """Return the id of a group at the service, where it is created if it may be.

        It is empty if the group is not there. Raises RemoteFailure.
        """
        if serial is None:
            return ""
        with self.lock:
            self.read()
            if serial not in self.foreign_ids and serial not in self.refusals:
                self.make(serial)
            return self.foreign_ids.get(serial, "")

    def make(self, serial: int) -> None:
        """Create a group at the service, or note why it is not there."""
        group = self.store.groups_by_serial(self.account.id, [serial]).get(serial)
        if self.obstacle:
            self.refusals[serial] = self.obstacle
        elif group is None or group.is_deleted:
            name = f" {group.name}" if group else ""
            self.refusals[serial] = f"the group{name} is deleted here"
        elif self.may_create:
            self.send(group)
        else:
            self.unmade.add(group.name)

    def send(self, group: Group) -> None:
        try:
            response = send_request(self.service, self.groups.create_request(group))
        except AccessDenied as failure:
            self.refusals[group.serial] = f"{group.name}: {failure.reason}"
            return
        if response.status >= FIRST_ERROR_STATUS:
            words = f"answered {response.status}: {first_line(response.body)}"
            self.refusals[group.serial] = f"{group.name}: {words}"
            return
        self.pair(self.groups.read_created(response.body).id, group.serial)
        self.made.append(group.name)

    # Pairs

    def read(self) -> None:
        """Read the groups of both sides and pair them, once."""
        if self.is_read:
            return
        self.is_read = True
        ours = {group.serial: group for group in self.iter_ours()}
        theirs = sorted(self.iter_theirs(), key=lambda group: group.is_deleted)
        left = [group for group in theirs if not self.pair_known(group, ours)]
        by_name = {
            fold(group.name.strip()): group.serial
            for group in reversed(ours.values())
            if group.serial not in self.foreign_ids
        }
        for group in left:
            serial = by_name.pop(fold(group.name.strip()), None)
            if serial is not None and not group.is_deleted:
                self.pair(group.id, serial)
            else:
                self.keep_apart(group, ours)

    def pair_known(self, group: RemoteGroup, ours: dict[int, Group]) -> bool:
        """Pair a group of the service with the one here that came from it, if there is one."""
        serial = self.groups.serial_of(group.id, self.account) or 0
        for candidate in (serial, FIRST_PROVISIONAL_SERIAL + serial):
            own = ours.get(candidate)
            if own and own.created_at.replace(microsecond=0) == group.created_at:
                self.pair(group.id, candidate)
                return True
        return False

    def keep_apart(self, group: RemoteGroup, ours: dict[int, Group]) -> None:
        """Give a group of the service a serial that no other group here has."""
        serial = self.groups.serial_of(group.id, self.account)
        if serial in ours:
            self.serials[group.id] = FIRST_PROVISIONAL_SERIAL + serial

    def pair(self, foreign_id: str, serial: int) -> None:
        self.serials[foreign_id] = serial
        self.foreign_ids[serial] = foreign_id

    def iter_ours(self) -> Iterator[Group]:
        query = GroupQuery(limit=GROUPS_AT_ONCE)
        while page := self.store.list_groups(self.account.id, query).records:
            yield from page
            query = structs.replace(query, offset=query.offset + GROUPS_AT_ONCE)

    def iter_theirs(self) -> Iterator[RemoteGroup]:
        """Yield the groups of the service, none after an answer that does not show them."""
        request: ApiRequest | None = self.groups.list_request()
        while request is not None:
            try:
                response = send_request(self.service, request)
            except AccessDenied as failure:
                self.obstacle = f"the groups there are not shown: {failure.reason}"
                return
            if response.status >= FIRST_ERROR_STATUS:
                self.obstacle = f"the groups there are not shown: answered {response.status}"
                return
            page = self.groups.read_page(request, response.body)
            yield from page.groups
            request = page.next_request
