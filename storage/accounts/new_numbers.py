"""Assigns the numbers of clients that need one: by their rule, provisional, or the next ones."""

from collections.abc import Sequence

from sqlalchemy import Connection

from storage.model.commands import ChangeClient
from storage.model.generators import Generators

from .numbering import assign_numbers, used_numbers_finder, with_provisional_numbers
from .ruled_numbers import assign_ruled_numbers
from .serials import Reservation, save_number_counter


def assign_new_numbers(
    connection: Connection,
    account_id: int,
    commands: Sequence[ChangeClient],
    reserved: Reservation,
    generators: Generators,
    *,
    serials: Sequence[int],
) -> Sequence[str]:
    """Return a number for each command, the requested one if it has one; save the counter.

    `serials` are those of the clients.
    """
    find_used = used_numbers_finder(connection, account_id)
    given = [command.number or None for command in commands]
    requested = with_provisional_numbers(given, serials, find_used)
    if any(command.number_rule for command in commands):
        rules = [command.number_rule or None for command in commands]
        numbers = assign_ruled_numbers(requested, rules, reserved.counter, find_used, generators)
    else:
        numbers = assign_numbers(requested, reserved.counter, find_used, generators)
    save_number_counter(connection, reserved)
    return numbers
