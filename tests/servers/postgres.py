"""A PostgreSQL server of its own for tests: made from nothing, on the loopback alone, gone afterwards.

    python tests/servers/postgres.py start     makes and starts one, prints its URL
    python tests/servers/postgres.py status    prints the URL of the one that runs; fails when none does
    python tests/servers/postgres.py stop      stops it and removes its folder
    python tests/servers/postgres.py run       start, and stop as soon as standard input ends
    python tests/servers/postgres.py find      prints where PostgreSQL's programs are; fails when nowhere

It needs the programs of PostgreSQL 13 or later (Debian: the package `postgresql`) and Python's library alone.
PostgreSQL refuses to run as root, so root runs it as the user `postgres`. The password is drawn anew each
time. By default nothing is forced to disk: such a server is quick and forgets all when the machine stops.
With `--durable` it keeps what it acknowledged, as a server for real use does.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

USER: Final = "configurator"
_UNPRIVILEGED: Final = "postgres"
_SECONDS_TO_START: Final = 60.0
_SECONDS_TO_STOP: Final = 30.0
_HASTY: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_ALWAYS: Final = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    "shared_buffers=64MB",
    "log_min_messages=warning",
)


class ServerError(Exception):
    """The server cannot be made, started or found; the text says why."""


def programs() -> Path:
    """The folder of PostgreSQL's programs, of the newest version.

    Raises:
        ServerError: there is none.
    """
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int("0" + "".join(filter(str.isdigit, path.parts[-3]))),
    )
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve())
    if not found:
        raise ServerError("there is no PostgreSQL here; on Debian: apt-get install postgresql")
    return found[-1].parent


class PostgresServer:
    """One throw-away server; its files are in one folder, its process is a child of whoever started it."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """A server that will live in an existing folder that is its alone."""
        self.folder = folder
        self.data = folder / "data"
        self.durable = durable
        self._url_file = folder / "url"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, password and all."""
        return self._url_file.read_text(encoding="utf-8").strip()

    @property
    def pid(self) -> int | None:
        """The process id of the server that runs on these files; `None` when none does."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        except (OSError, ValueError, IndexError):
            return None
        # A file that outlived its server may name a process of somebody else's by now.
        with suppress(OSError):
            return pid if Path(f"/proc/{pid}/cwd").resolve() == self.data.resolve() else None
        return None

    def create(self) -> None:
        """Make its files."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, _UNPRIVILEGED, _UNPRIVILEGED)
        password = secrets.token_urlsafe(18)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password, encoding="utf-8")
        if os.geteuid() == 0:
            shutil.chown(secret, _UNPRIVILEGED, _UNPRIVILEGED)
        made = self._run(
            "initdb",
            f"--pgdata={self.data}",
            f"--username={USER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        if made.returncode:
            raise ServerError(f"initdb failed: {made.stderr.decode(errors='replace').strip()}")
        secret.unlink()
        self._url_file.touch(mode=0o600)
        self._url_file.write_text(f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres\n", "utf-8")

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = (*_ALWAYS, f"port={self._port}", *(() if self.durable else _HASTY))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [programs() / "postgres", "-D", self.data, *(f"--{setting}" for setting in settings)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=_user(),
                group=_user(),
                extra_groups=_groups(),
            )
        deadline = time.monotonic() + _SECONDS_TO_START
        while self._run("pg_isready", "--host=127.0.0.1", f"--port={self._port}").returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL did not start: {self.log()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, as a crash does; its files stay, and `start` recovers from them."""
        self._end(signal.SIGKILL)
        # The orphans of a killed server notice by themselves; a new one waits for the last of them.

    def stop(self) -> None:
        """Stop it in order; connections are cut."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        if self._process is not None:
            self._process.wait(_SECONDS_TO_STOP)
            self._process = None
        deadline = time.monotonic() + _SECONDS_TO_STOP
        while self.pid is not None:
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL, process {pid}, does not stop")
            time.sleep(0.02)

    def log(self) -> str:
        """The last lines that it wrote."""
        with suppress(OSError):
            return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        return ""

    @property
    def _port(self) -> int:
        return int(self.url.rpartition(":")[2].partition("/")[0])

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [programs() / program, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            user=_user(),
            group=_user(),
            extra_groups=_groups(),
        )


def _user() -> str | None:
    return _UNPRIVILEGED if os.geteuid() == 0 else None


def _groups() -> tuple[str, ...] | None:
    return () if os.geteuid() == 0 else None


def _say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def running(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server that runs inside the block.

    Raises:
        ServerError: it cannot be made or started.
    """
    programs()
    # What is root's own temporary folder may be closed to the user that runs the server.
    place = "/tmp" if os.geteuid() == 0 and Path("/tmp").is_dir() else None  # noqa: S108 - `mkdtemp` makes it safe
    folder = Path(tempfile.mkdtemp(prefix="configurator-postgres-", dir=place))
    server = PostgresServer(folder, durable=durable)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, *, durable: bool) -> PostgresServer:
    server = PostgresServer(folder, durable=durable)
    if server.pid is not None:
        return server
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    server.create()
    server.start()
    return server


def main() -> int:
    """Do what the command line says; 1 when there is nothing to tell or it cannot be done."""
    parser = argparse.ArgumentParser(description="A throw-away PostgreSQL server on the loopback.")
    parser.add_argument("action", choices=("start", "status", "stop", "run", "find"))
    parser.add_argument("--durable", action="store_true", help="keep what was acknowledged, as real ones do")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir()) / f"configurator-postgres-{os.getuid()}",
        help="where its files are; made by `start`, removed by `stop`",
    )
    asked = parser.parse_args()
    try:
        return _done(asked.action, asked.folder, durable=asked.durable)
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _done(action: str, folder: Path, *, durable: bool) -> int:
    match action:
        case "find":
            _say(programs())
        case "run":
            with running(durable=durable) as server:
                _say(server.url)
                sys.stdin.read()
        case "start":
            _say(_start(folder, durable=durable).url)
        case "stop":
            PostgresServer(folder).stop()
            shutil.rmtree(folder, ignore_errors=True)
        case _:
            server = PostgresServer(folder)
            if server.pid is None:
                raise ServerError("no server runs")
            _say(server.url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
