"""When to call: not too often, and again after a setback, but not for ever."""

from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from .failures import AttemptFailure, HttpCall, OutcomeUnknown, RetriesExhausted, RetryAfterTooLong

MINUTE = 60.0
LARGEST_BURST = 5
TOO_MANY = 429
TIMES = ("never", "once", "twice", "three times", "four times", "five times", "six times")


class CallLimits(Struct, frozen=True, kw_only=True):
    """What one call may cost. `carry_…` are for downloads; `retrying_seconds` bounds all tries
    together, apart from the waits that the server asked for, each at most `longest_wait`."""

    connect_seconds: float = 10
    silent_seconds: float = 15
    request_seconds: float = 60
    body_bytes: int = 64 << 20
    download_seconds: float = 600
    download_bytes: int = 1 << 30
    max_attempts: int = 6
    retry_seconds: float = 120
    max_wait: float = 120


class CallPacer:
    """At most `per_minute` turns in any minute: a few at once, the others evenly spaced."""

    def __init__(
        self, per_minute: int, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        burst = min(1 + per_minute // 20, LARGEST_BURST)
        # The burst may come on top of a minute's even spacing, hence the wider gaps.
        self._gap = MINUTE / (per_minute - burst + 1) if per_minute > 0 else 0.0
        self._ahead = (burst - 1) * self._gap
        self._next_call_at = 0.0
        self._clock = clock
        self._sleep = sleep

    def wait_for_turn(self) -> None:
        if not self._gap:
            return
        now = self._clock()
        turn = max(now, self._next_call_at - self._ahead)
        self._next_call_at = max(turn, self._next_call_at) + self._gap
        if turn > now:
            self._sleep(turn - now)


class RetryPolicy:
    """The tries of one call: after each, how long to wait for the next, or why there is none."""

    def __init__(self, call: HttpCall, limits: CallLimits, chance: Callable[[], float]) -> None:
        self._http_call = call
        self._limits = limits
        self._random = chance
        self._reasons: Counter[str] = Counter()
        self._spent = 0.0

    def wait_after(self, setback: AttemptFailure, seconds: float) -> float:
        """`seconds` is what the try took. Raises RemoteFailure when there is to be no other."""
        self._reasons[setback.reason] += 1
        self._spent += seconds
        self._raise_if_final(setback)
        if setback.retry_after is not None:
            return setback.retry_after
        wait = self._back_off(setback)
        self._spent += wait
        # The next try may well take as long as this one.
        if self._spent + seconds > self._limits.retry_seconds:
            raise self._exhausted()
        return wait

    def _raise_if_final(self, setback: AttemptFailure) -> None:
        if not (self._http_call.is_repeatable or setback.is_certain):
            raise OutcomeUnknown(self._http_call, setback.reason)
        if setback.final_failure is not None:
            raise setback.final_failure(self._http_call, setback.reason)
        asked, longest = setback.retry_after, self._limits.max_wait
        if asked is not None and asked > longest:
            reason = f"{setback.reason} and asks to wait {asked:.0f} s, longer than {longest:.0f} s"
            raise RetryAfterTooLong(self._http_call, reason, asked)
        if self._reasons.total() >= self._limits.max_attempts:
            raise self._exhausted()

    def _back_off(self, setback: AttemptFailure) -> float:
        """1, 2, 4, 8 … s, give or take a half, lest many callers come back at once;
        2, 4, 8 … s when it was too often already."""
        doubled: int = 2 ** self._reasons.total()
        if setback.status == TOO_MANY:
            return doubled
        return doubled / 2 * (0.5 + self._random())

    def _exhausted(self) -> RetriesExhausted:
        return RetriesExhausted(
            self._http_call, ", ".join(f"{r} {times(n)}" for r, n in self._reasons.items())
        )


def times(number: int) -> str:
    return TIMES[number] if number < len(TIMES) else f"{number} times"
