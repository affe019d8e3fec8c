"""A dialect as the laws see it: a lens that shows a client and applies edits to it.

The dialects' own functions do the work, from JSON to JSON. Only HTTP is left out.
"""

from typing import Any

import msgspec

from dialects import ninja as dialects_ninja, planado
from dialects.base.dialect import Dialect
from dialects.base.protocol.json_codec import refuse_unstorable
from dialects.ninja.clients import translate as client_translate
from dialects.ninja.clients.translate import Caller
from dialects.ninja.protocol import input_tree
from dialects.planado.clients import translate as planado_clients_translate
from storage.model.accounts import Account
from storage.model.commands import LiveKey
from storage.model.records import Client
from storage.store import Store

Tree = dict[str, Any]


def as_json(value: object) -> Tree:
    encoder = msgspec.json.Encoder(decimal_format="number")
    return msgspec.json.decode(encoder.encode(value))


class Tongue:
    dialect: Dialect

    def __init__(self, store: Store, account: Account) -> None:
        self.store = store
        self.account = account

    def show(self, record: Client) -> Tree:
        raise NotImplementedError

    def write(self, record: Client, body: Tree) -> Client:
        raise NotImplementedError


class NinjaTongue(Tongue):
    dialect = dialects_ninja.DIALECT

    @property
    def caller(self) -> Caller:
        return Caller(self.account, "http://ninja.test")

    def show(self, record: Client) -> Tree:
        return as_json(client_translate.client(record, self.caller))

    def write(self, record: Client, body: Tree) -> Client:
        refuse_unstorable(body)
        tree = input_tree.normalize_client_tree(input_tree.normalize_tree(body))
        change = client_translate.change_client(tree, self.caller, {})
        return self.store.change_client(self.account.id, record.serial, change)


class PlanadoTongue(Tongue):
    dialect = planado.DIALECT

    def show(self, record: Client) -> Tree:
        return as_json(planado_clients_translate.client(record))

    def write(self, record: Client, body: Tree) -> Client:
        refuse_unstorable(body)
        key = LiveKey(external_id=str(record.uuid), uuid=record.uuid)
        change = planado_clients_translate.change_client(body)
        create = planado_clients_translate.create_under_key(body, key)
        return self.store.upsert_client(self.account.id, key, change, create).client


TONGUES = [NinjaTongue, PlanadoTongue]
