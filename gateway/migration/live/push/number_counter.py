"""The counter of numbers at a service, after a push that has created clients with numbers.

Such numbers do not move the counter. So the push says how far it is behind, and raises it if that
is asked for. It never lowers it.
"""

from collections.abc import Iterable

from dialects.base.migration.remote_api import ApiRequest, RemoteCounter
from gateway.remote.failures import AccessDenied
from storage import Invalid

from ..list_scan import FIRST_ERROR_STATUS, send_request
from ..service_writer import first_line
from .push_lines import notice
from .push_run import PushRun

MAX_GAP = 10_000
"""A number that is farther than this above all others is no number of the counter."""


class CounterNotShown(Exception):
    """Raised when the service does not show its counter. The text is why."""


def settle_counter(push_run: PushRun) -> None:
    """Say whether the counter of the service is behind, or raise it, as the options say.

    Nothing is asked after a push that creates no clients, unless the counter is to be raised.
    Raises RemoteFailure.
    """
    counter = push_run.sides.dialect.remote.counter
    is_asked = push_run.plan.push_options.raises_counter
    if counter is None or not (is_asked or push_run.counts.get("created")):
        return
    try:
        words = ServiceCounter(push_run, counter).settle()
    except CounterNotShown as reason:
        words = f"the counter of numbers there is not shown: {reason}"
    if words:
        push_run.save_progress((), (notice(words),))


class ServiceCounter:
    """The counter of one service."""

    def __init__(self, push_run: PushRun, counter: RemoteCounter) -> None:
        self.push_run = push_run
        self.counter = counter

    def settle(self) -> str:
        """Compare the counter with the numbers, raise it if it is to be, and return the words."""
        options = self.push_run.plan.push_options
        body = self.show()
        before = self.value_in(body)
        numbers = self.push_run.sides.store.list_numbers(self.push_run.sides.account.id)
        target = next_value(before, self.counter.taken_values(body, numbers))
        if target == before:
            words = f"the counter of numbers there is at {before}: it need not be raised"
            return words if options.raises_counter else ""
        if not options.raises_counter:
            taken = "would be taken" if options.is_dry_run else "are taken"
            return (
                f"the counter of numbers there is at {before}, and numbers up to {target - 1}"
                f" {taken}: --raise-counter raises it to {target}"
            )
        if options.is_dry_run:
            return f"the counter of numbers there would be raised from {before} to {target}"
        after = self.value_in(self.ask(self.counter.raise_request(body, target)))
        return f"the counter of numbers there was at {before} and is at {after} now"

    def show(self) -> bytes:
        """Return what the service shows of the company at this moment."""
        states = self.counter.read_states(self.ask(self.counter.list_request()))
        if len(states) != 1:
            states = self.counter.read_states(self.ask(self.counter.current_request()))
        return self.ask(self.counter.show_request(states[0].id))

    def value_in(self, body: bytes) -> int:
        return self.counter.read_states(body)[0].value

    def ask(self, request: ApiRequest) -> bytes:
        """Return the answer to a request. Raises CounterNotShown for a refusal."""
        try:
            response = send_request(self.push_run.service, request)
        except AccessDenied as failure:
            raise CounterNotShown(failure.reason) from None
        if response.status >= FIRST_ERROR_STATUS:
            raise CounterNotShown(f"answered {response.status}: {first_line(response.body)}")
        try:
            self.counter.read_states(response.body)
        except Invalid as failure:
            raise CounterNotShown(str(failure)) from None
        return response.body


def next_value(value: int, taken: Iterable[int]) -> int:
    """Return the first value of a counter above all taken ones, which are given in order."""
    for one in taken:
        if one - value > MAX_GAP:
            break
        value = max(value, one + 1)
    return value
