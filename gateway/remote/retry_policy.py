"""The pace of calls, and the retries of one call.

1. `CallPacer` spaces all attempts of all calls, so that no minute has more than agreed.
2. After a failed attempt, `RetryPolicy` returns the seconds until the next one: those that the
   server asks for, else an exponential back-off with a random part.
3. It raises the failure of the call instead, if a retry could execute the request twice, is of no
   use, or would exceed the limits.
"""

from collections import Counter
from collections.abc import Callable
from threading import Lock

from msgspec import Struct

from .failures import AttemptFailure, HttpCall, OutcomeUnknown, RetriesExhausted, RetryAfterTooLong

MINUTE = 60.0
MAX_BURST = 5
"""Calls that may follow one another without a gap."""
TOO_MANY_REQUESTS = 429
FULL_WINDOW = 60
"""Seconds of the window in which a service counts calls. A 429 is over when it has passed."""
SPARE_CALLS = 3
"""Calls of a window that are left to others: they would be refused instead of us."""
TIMES_WORDS = ("never", "once", "twice", "three times", "four times", "five times", "six times")


class CallLimits(Struct, frozen=True, kw_only=True):
    """The limits of one call, in seconds and bytes.

    `silent_seconds` is the timeout of one operation on the socket, `request_seconds` the deadline
    of one attempt. `download_…` and `upload_…` are those of a file. `retry_seconds` limits all
    attempts together with our own waits. Waits that the server asks for do not count; each is at
    most `max_wait`.
    """

    connect_seconds: float = 10
    silent_seconds: float = 15
    request_seconds: float = 60
    body_bytes: int = 64 << 20
    download_seconds: float = 600
    download_bytes: int = 1 << 30
    upload_seconds: float = 600
    max_attempts: int = 6
    retry_seconds: float = 120
    max_wait: float = 120


class CallPacer:
    """Allows at most `per_minute` calls in any minute: a few at once, the others evenly spaced."""

    def __init__(
        self, per_minute: int, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        burst = min(1 + per_minute // 20, MAX_BURST)
        # A minute can have the burst as well as evenly spaced calls, so the gaps are wider.
        self._gap = MINUTE / (per_minute - burst + 1) if per_minute > 0 else 0.0
        self._ahead = (burst - 1) * self._gap
        self._next_call_at = 0.0
        self._clock = clock
        self._sleep = sleep
        self._remaining: int | None = None
        self._window_began = 0.0
        self._lock = Lock()
        """Calls may be made in several threads: each has a turn of its own."""

    def note_remaining(self, remaining: int | None) -> None:
        """Note how many calls the service says are left in this minute, None if it says nothing.

        With few left, the next call waits for the next minute.
        """
        if remaining is None:
            return
        with self._lock:
            if self._remaining is None or remaining > self._remaining:
                self._window_began = self._clock()
            self._remaining = remaining
            if remaining <= SPARE_CALLS:
                next_window = self._window_began + MINUTE + self._ahead
                self._next_call_at = max(self._next_call_at, next_window)

    def wait_for_turn(self) -> None:
        """Sleep until the next call is allowed."""
        if not self._gap and self._remaining is None:
            return
        with self._lock:
            now = self._clock()
            turn = max(now, self._next_call_at - self._ahead)
            self._next_call_at = max(turn, self._next_call_at) + self._gap
        if turn > now:
            self._sleep(turn - now)


class RetryPolicy:
    """The retries of one call.

    `chance` returns a random number from 0 to 1.
    """

    def __init__(self, call: HttpCall, limits: CallLimits, chance: Callable[[], float]) -> None:
        self._call = call
        self._limits = limits
        self._random = chance
        self._reasons: Counter[str] = Counter()
        self._spent = 0.0

    def wait_after(self, failure: AttemptFailure, seconds: float) -> float:
        """Return the seconds to wait after a failed attempt, which took `seconds`.

        Raises RemoteFailure if the call is not to be retried.
        """
        self._reasons[failure.reason] += 1
        self._spent += seconds
        self._raise_if_final(failure)
        if failure.retry_after is not None:
            return failure.retry_after
        wait = self._back_off(failure)
        if failure.status == TOO_MANY_REQUESTS:
            return wait
        self._spent += wait
        # The next attempt may take as long as this one.
        if self._spent + seconds > self._limits.retry_seconds:
            raise self._exhausted()
        return wait

    def _raise_if_final(self, failure: AttemptFailure) -> None:
        if not (self._call.is_repeatable or failure.is_certain):
            raise OutcomeUnknown(self._call, failure.reason)
        if failure.final_failure is not None:
            raise failure.final_failure(self._call, failure.reason)
        seconds, limit = failure.retry_after, self._limits.max_wait
        if seconds is not None and seconds > limit:
            reason = f"{failure.reason} and asks to wait {seconds:.0f} s, longer than {limit:.0f} s"
            raise RetryAfterTooLong(self._call, reason, seconds)
        if self._reasons.total() >= self._limits.max_attempts:
            raise self._exhausted()

    def _back_off(self, failure: AttemptFailure) -> float:
        """Return 1, 2, 4, 8 … seconds, each with a random change of up to a half.

        Without the random part, many callers would come back at once. After a status 429 it is 2,
        4, 8 … seconds, without a random part, and at last a full window: other callers count in it
        as well.
        """
        seconds: int = 2 ** self._reasons.total()
        if failure.status == TOO_MANY_REQUESTS:
            return seconds if seconds <= FULL_WINDOW // 4 else FULL_WINDOW
        return seconds / 2 * (0.5 + self._random())

    def _exhausted(self) -> RetriesExhausted:
        return RetriesExhausted(
            self._call, ", ".join(f"{r} {times_in_words(n)}" for r, n in self._reasons.items())
        )


def times_in_words(number: int) -> str:
    return TIMES_WORDS[number] if number < len(TIMES_WORDS) else f"{number} times"
