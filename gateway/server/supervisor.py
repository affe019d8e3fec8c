"""Several worker processes, which end together and in a bounded time."""

from socket import socket

from uvicorn.config import Config
from uvicorn.supervisors.multiprocess import Multiprocess

from .stop_deadline import bound_stop


class Supervisor(Multiprocess):
    """uvicorn's supervisor; its workers are killed if they do not end in time."""

    def __init__(self, config: Config, sockets: list[socket], stop_seconds: float) -> None:
        super().__init__(config, sockets)
        bound_stop(stop_seconds, self.kill_all)

    def kill_all(self) -> None:
        for process in list(self.processes):
            process.process.kill()
