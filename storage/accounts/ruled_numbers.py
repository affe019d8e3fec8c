"""Assigns client numbers where some clients have a rule for their own number.

Such clients are rare, so each number is looked up alone. Clients without a rule get the next number
of the account, as always.
"""

from collections.abc import Sequence
from itertools import islice

from storage.model.commands import NumberRule
from storage.model.folding import fold_key
from storage.model.generators import Generators

from .numbering import MAX_TRIES, FindUsed, NumberCounter, next_numbers


def assign_ruled_numbers(
    requested: Sequence[str | None],
    rules: Sequence[NumberRule | None],
    counter: NumberCounter,
    find_used: FindUsed,
    generators: Generators,
) -> list[str]:
    """Return a number for each client: the requested one, or the one of its rule, or the next one.

    The account's counter is moved on, but not saved. Raises Invalid for a rule without a number.
    """
    taken = {fold_key(number) for number in requested if number}
    numbers = []
    for given, rule in zip(requested, rules, strict=True):
        if given:
            number = given
        elif rule is None:
            (number,) = next_numbers(1, counter, taken, find_used, generators)
        else:
            number = ruled_number(rule, counter, taken, find_used, generators)
        taken.add(fold_key(number))
        numbers.append(number)
    return numbers


def ruled_number(
    rule: NumberRule,
    counter: NumberCounter,
    taken: set[str],
    find_used: FindUsed,
    generators: Generators,
) -> str:
    """Return the first free number of a rule; after MAX_TRIES the last one with a random suffix.

    The account's counter is moved behind the number that was made of it.
    """
    own_counter = counter_of_rule(rule, counter)
    now = generators.clock()
    candidates = {
        rule.write(now, padded): value
        for value, padded in islice(own_counter.iter_candidates(), MAX_TRIES)
    }
    keys = {number: fold_key(number) for number in candidates}
    used = taken | find_used(list(keys.values()))
    free = next((number for number, key in keys.items() if key not in used), None)
    if free is None:
        return f"{next(reversed(candidates))}_{generators.random_text(5)}"
    # A number without the counter in it is the only candidate, and uses no value up.
    if rule.counter is None and len(candidates) > 1:
        counter.value = candidates[free] + 1
    return free


def counter_of_rule(rule: NumberRule, counter: NumberCounter) -> NumberCounter:
    """Return the account's counter with what a rule has of its own."""
    value = counter.value if rule.counter is None else rule.counter
    padding = counter.padding if rule.padding is None else rule.padding
    return NumberCounter(value=value, stored_value=counter.stored_value, padding=padding)
