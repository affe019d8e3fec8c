"""A deadline that progress moves: a slow but honest client is served, a stalled one is not."""

import asyncio
import fcntl
import struct
import termios

from .connection_limits import MIN_RATE


class ByteAllowance:
    """A deadline for bytes to pass.

    It begins some seconds away. Each KiB moves it by a second, but never further than at the
    beginning. So a drip does not hold it off, and megabytes save up no time.
    """

    def __init__(self, now: float, seconds: float, passed: int = 0) -> None:
        self._seconds = seconds
        self._passed = passed
        self._deadline = now + seconds

    def is_spent(self, now: float, passed: int) -> bool:
        """Whether too little has passed until now. `passed` is the count of all bytes."""
        earned = self._deadline + (passed - self._passed) / MIN_RATE
        self._passed = passed
        self._deadline = min(now + self._seconds, earned)
        return now > self._deadline


def bytes_in_kernel(transport: asyncio.BaseTransport) -> int:
    """Return how many bytes the kernel still has to send; 0 where it does not say."""
    socket = transport.get_extra_info("socket")
    try:
        (count,) = struct.unpack("i", fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, b"\0" * 4))
    except (OSError, ValueError):  # it is closed already
        return 0
    return int(count)
