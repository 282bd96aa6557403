"""Who writes when: between processes in turn, between threads in groups, each call until its deadline."""

import fcntl
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlite_files import raw, with_history
from stock_stores import HandClock, free, granted, request

from configurator.availability.reservations import Reserved
from configurator.availability.sqlite.ledger import Turn
from configurator.availability.sqlite.lock import FairLock
from configurator.availability.sqlite.store import SqliteStockStore
from configurator.errors import IdempotencyConflict, StockUnavailableError, UnknownReservationError

LOCKED = "the stock database `stock.db` stayed locked by another writer; nothing was changed, try again"
PATIENT = 20.0


@pytest.fixture
def stocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`stock.db` with some history, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return with_history(tmp_path)


@contextmanager
def opened(timeout: float) -> Iterator[SqliteStockStore]:
    """That database by its short name."""
    with SqliteStockStore.open("stock.db", now=HandClock(), timeout=timeout, create=False) as store:
        yield store


@pytest.fixture
def impatient(stocked: Path) -> Iterator[SqliteStockStore]:
    """A store whose calls wait for fifty milliseconds."""
    assert stocked.exists()
    with opened(0.05) as store:
        yield store


@pytest.fixture
def patient(stocked: Path) -> Iterator[SqliteStockStore]:
    """A store whose calls wait as long as a test may."""
    assert stocked.exists()
    with opened(PATIENT) as store:
        yield store


@contextmanager
def locked_file(file: Path) -> Iterator[None]:
    """The lock between processes, held by somebody else."""
    with Path(f"{file}.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def until(condition: Callable[[], object]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.001)


def waiting(store: SqliteStockStore) -> int:
    """How many calls are not answered. White box: nobody outside can see it."""
    return len(store._group._calls)


# Deadlines


def test_a_writer_waits_no_longer_than_it_may_for_other_processes(
    stocked: Path, impatient: SqliteStockStore
) -> None:
    before = impatient.events()
    with locked_file(stocked), pytest.raises(StockUnavailableError) as caught:
        impatient.reserve(request("SO-9", {"CPU": 1}))

    assert LOCKED == str(caught.value)
    assert before == impatient.events()
    granted(impatient.reserve(request("SO-9", {"CPU": 1})))


def test_a_writer_waits_no_longer_than_it_may_for_a_foreign_transaction(
    stocked: Path, impatient: SqliteStockStore
) -> None:
    with raw(stocked) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StockUnavailableError) as caught:
            impatient.reserve(request("SO-9", {"CPU": 1}))

    assert LOCKED == str(caught.value)
    granted(impatient.reserve(request("SO-9", {"CPU": 1})))


def test_a_writer_goes_on_when_a_foreign_transaction_ends_in_time(
    stocked: Path, patient: SqliteStockStore
) -> None:
    with raw(stocked) as other, ThreadPoolExecutor(1) as threads:
        other.execute("BEGIN IMMEDIATE")
        answer = threads.submit(patient.reserve, request("SO-9", {"CPU": 1}))
        until(lambda: waiting(patient))
        other.execute("ROLLBACK")

        granted(answer.result())


def test_readers_do_not_wait_for_a_writer(stocked: Path, impatient: SqliteStockStore) -> None:
    with raw(stocked) as other, locked_file(stocked):
        other.execute("BEGIN IMMEDIATE")
        assert {"CPU": 2, "GPU": 0} == free(impatient)


def test_a_thread_waits_no_longer_than_it_may_for_another(
    stocked: Path, patient: SqliteStockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(1) as threads, locked_file(stocked):
        first = threads.submit(patient.reserve, request("SO-8", {"CPU": 1}))
        until(lambda: waiting(patient))
        # White box: a second caller with less patience than the one who leads.
        monkeypatch.setattr(patient, "_timeout", 0.05)
        with pytest.raises(StockUnavailableError) as caught:
            patient.reserve(request("SO-9", {"CPU": 1}))
        assert not first.done()
    assert LOCKED == str(caught.value)
    granted(first.result())
    assert () == patient.reservations("SO-9")


def test_a_thread_with_more_patience_than_who_leads_gets_its_turn(
    stocked: Path, impatient: SqliteStockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(2) as threads:
        with locked_file(stocked):
            monkeypatch.setattr(impatient, "_timeout", 0.2)
            first = threads.submit(impatient.reserve, request("SO-8", {"CPU": 1}))
            until(lambda: waiting(impatient) == 1)
            monkeypatch.setattr(impatient, "_timeout", PATIENT)
            second = threads.submit(impatient.reserve, request("SO-9", {"CPU": 1}))
            with pytest.raises(StockUnavailableError):
                first.result()

        granted(second.result())


# Groups


def test_threads_that_wait_together_are_committed_together(stocked: Path, patient: SqliteStockStore) -> None:
    with ThreadPoolExecutor(6) as threads, raw(stocked) as watcher:
        version = watcher.execute("PRAGMA data_version").fetchone()
        with locked_file(stocked):
            first = threads.submit(patient.receive, "CPU", 1)
            until(lambda: waiting(patient) == 1)
            more = [threads.submit(patient.receive, "CPU", 1) for _ in range(5)]
            until(lambda: waiting(patient) == 6)
        seqs = [answer.result().seq for answer in (first, *more)]
        after = watcher.execute("PRAGMA data_version").fetchone()

    assert list(range(5, 11)) == sorted(seqs)
    # SQLite counts the commits of others.
    assert 1 == after[0] - version[0]


def test_a_member_that_fails_is_undone_alone(stocked: Path, patient: SqliteStockStore) -> None:
    with ThreadPoolExecutor(3) as threads:
        with locked_file(stocked):
            good = threads.submit(patient.receive, "CPU", 1, key="K")
            until(lambda: waiting(patient) == 1)
            bad = threads.submit(patient.receive, "CPU", 2, key="K")
            until(lambda: waiting(patient) == 2)
            unknown = threads.submit(patient.confirm, "R-0")
            until(lambda: waiting(patient) == 3)
        assert not good.result().replayed
        with pytest.raises(IdempotencyConflict):
            bad.result()
        with pytest.raises(UnknownReservationError):
            unknown.result()

    assert {"CPU": 3, "GPU": 0} == free(patient)
    assert () == patient.audit()


def test_what_sqlite_rolls_back_for_one_is_done_again_for_the_others(
    stocked: Path, patient: SqliteStockStore
) -> None:
    def lose_everything(turn: Turn) -> None:
        turn.connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("as if the disk were full")

    with ThreadPoolExecutor(3) as threads:
        with locked_file(stocked):
            first = threads.submit(patient.receive, "CPU", 1)
            until(lambda: waiting(patient) == 1)
            # White box: no call of a store does such a thing by itself.
            loser = threads.submit(patient._write, lose_everything)
            until(lambda: waiting(patient) == 2)
            last = threads.submit(patient.receive, "CPU", 1)
            until(lambda: waiting(patient) == 3)
        with pytest.raises(StockUnavailableError, match="as if the disk were full"):
            loser.result()
        assert [5, 6] == sorted([first.result().seq, last.result().seq])

    assert {"CPU": 4, "GPU": 0} == free(patient)


def test_a_commit_that_fails_fails_for_all_who_share_it(stocked: Path, patient: SqliteStockStore) -> None:
    before = patient.events()
    with raw(stocked) as connection:
        connection.execute("CREATE TABLE mine (x REFERENCES component (sku) DEFERRABLE INITIALLY DEFERRED)")

    def leave_something_undone(turn: Turn) -> None:
        turn.connection.execute("INSERT INTO mine VALUES ('nothing')")

    with ThreadPoolExecutor(2) as threads:
        with locked_file(stocked):
            good = threads.submit(patient.receive, "CPU", 1)
            until(lambda: waiting(patient) == 1)
            undone = threads.submit(lambda: patient._write(leave_something_undone))
            until(lambda: waiting(patient) == 2)
        for answer in (good.result, undone.result):
            with pytest.raises(StockUnavailableError, match="FOREIGN KEY constraint failed"):
                answer()

    assert before == patient.events()
    assert 5 == patient.receive("CPU", 1).seq


def test_many_threads_share_a_store(patient: SqliteStockStore) -> None:
    patient.import_counts({"SSD": 100})

    def work(number: int) -> bool:
        found = patient.reserve(request(f"T-{number}", {"SSD": 1}))
        if isinstance(found, Reserved) and number % 3 == 0:
            patient.cancel(found.reservation.id)
        return isinstance(found, Reserved)

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(work, range(150)))

    assert 100 <= sum(outcomes) <= 150
    assert () == patient.audit()
    assert list(range(1, len(patient.events()) + 1)) == [event.seq for event in patient.events()]


# Interruption, closing, forking


def test_an_interrupted_call_changes_nothing(
    impatient: SqliteStockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (impatient.events(), impatient.balances())

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    # White box: the last step of a reservation.
    with monkeypatch.context() as patched:
        patched.setattr("configurator.availability.sqlite.reserving.store_answer", interrupted)
        with pytest.raises(KeyboardInterrupt):
            impatient.reserve(request("SO-9", {"CPU": 1}))

    assert before == (impatient.events(), impatient.balances())
    assert () == impatient.audit()
    granted(impatient.reserve(request("SO-9", {"CPU": 1})))


def test_who_is_interrupted_while_leading_leaves_the_others_their_turn(
    stocked: Path, patient: SqliteStockStore
) -> None:
    def interrupted(turn: Turn) -> None:
        assert turn.now
        raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as threads:
        with locked_file(stocked):
            first = threads.submit(patient._write, interrupted)
            until(lambda: waiting(patient) == 1)
            other = threads.submit(patient.receive, "CPU", 1)
            until(lambda: waiting(patient) == 2)
        with pytest.raises(KeyboardInterrupt):
            first.result()
        assert 5 == other.result().seq


def test_an_interruption_at_any_moment_leaves_a_store_that_works(stocked: Path) -> None:
    """A signal every few hundred microseconds while one call follows another."""
    script = f"""
import signal, sys
from datetime import UTC, datetime
from configurator.availability.sqlite.store import SqliteStockStore
store = SqliteStockStore.open({str(stocked)!r}, now=lambda: datetime.now(UTC), timeout=5, create=False)
interrupted = 0
armed = False
def strike(*_):
    if armed:
        raise KeyboardInterrupt
signal.signal(signal.SIGALRM, strike)
for number in range(80):
    try:
        armed = True
        signal.setitimer(signal.ITIMER_REAL, 0.00002 + number * 0.00001)
        store.receive("CPU", 1, key=f"K-{{number}}")
        armed = False
    except KeyboardInterrupt:
        armed = False
        interrupted += 1
    assert store.receive("CPU", 1, key=f"K-{{number}}").seq
assert not store.audit()
assert sum(b.on_hand for b in store.balances(["CPU"])) == 85, store.balances()
store.close()
sys.exit(0 if interrupted > 10 else 3)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (0, "") == (found.returncode, found.stderr)


def test_a_closed_store_answers_nothing(patient: SqliteStockStore) -> None:
    patient.close()
    patient.close()
    for call in (patient.balances, patient.expire, lambda: patient.receive("CPU", 1)):
        with pytest.raises(StockUnavailableError, match=r"^the stock database `stock\.db` was closed$"):
            call()


def test_closing_lets_the_present_group_end_and_refuses_the_rest(
    stocked: Path, patient: SqliteStockStore
) -> None:
    def slow(turn: Turn) -> str:
        begun.set()
        go_on.wait(PATIENT)
        return turn.actor

    begun, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(patient._write, slow)
        begun.wait(PATIENT)
        closing = threads.submit(patient.close)
        until(lambda: patient._closed)
        with pytest.raises(StockUnavailableError, match="was closed"):
            patient.receive("CPU", 1)
        go_on.set()
        assert "" == first.result()
        closing.result()
    assert not Path(f"{stocked}-wal").exists()


def test_a_store_that_was_carried_over_a_fork_says_so(patient: SqliteStockStore) -> None:
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            try:
                patient.receive("CPU", 1)
            except StockUnavailableError as error:
                patient.close()
                os._exit(7 if "open it again in each process" in str(error) else 8)
        os._exit(9)
    _, status = os.waitpid(child, 0)

    assert 7 == os.waitstatus_to_exitcode(status)
    assert 5 == patient.receive("CPU", 1).seq


def test_a_program_that_ends_without_closing_leaves_a_whole_stock(stocked: Path) -> None:
    script = f"""
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from configurator.availability.sqlite.store import SqliteStockStore
store = SqliteStockStore.open({str(stocked)!r}, now=lambda: datetime.now(UTC), timeout=5, create=False)
with ThreadPoolExecutor(4) as threads:
    list(threads.map(lambda number: store.receive("CPU", 1), range(8)))
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (0, "") == (found.returncode, found.stderr)
    with opened(PATIENT) as store:
        assert () == store.audit()
        assert 12 == len(store.events())


# The lock between processes


def test_those_who_wait_get_the_lock_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    files = (tmp_path / "lock", tmp_path / "turn")
    locks = [FairLock(*files) for _ in range(5)]
    got: list[int] = []

    def take(number: int) -> None:
        assert locks[number].acquire(time.monotonic() + PATIENT)
        got.append(number)
        locks[number].release()

    assert locks[0].acquire(0.0)
    with ThreadPoolExecutor(4) as threads:
        for number in range(1, 5):
            threads.submit(take, number)
            time.sleep(0.05)  # until it stands in the queue, which cannot be seen
        locks[0].release()
    for lock in locks:
        lock.close()

    assert [1, 2, 3, 4] == got


def test_who_gave_up_waiting_does_not_keep_the_lock(tmp_path: Path) -> None:
    files = (tmp_path / "lock", tmp_path / "turn")
    holder, hasty, other = (FairLock(*files) for _ in range(3))
    assert holder.acquire(0.0)
    assert [False, False] == [hasty.acquire(time.monotonic() + 0.02) for _ in range(2)]
    holder.release()

    assert other.acquire(time.monotonic() + PATIENT)
    other.release()
    assert hasty.acquire(time.monotonic() + PATIENT)
    for lock in (holder, hasty, other):
        lock.close()


def test_a_lock_that_is_closed_is_free(tmp_path: Path) -> None:
    files = (tmp_path / "lock", tmp_path / "turn")
    one, other = FairLock(*files), FairLock(*files)
    assert one.acquire(0.0)
    one.close()

    assert other.acquire(0.0)
    other.close()


def test_two_stores_of_one_process_take_turns(patient: SqliteStockStore) -> None:
    with opened(PATIENT) as second, ThreadPoolExecutor(4) as threads:
        stores = [patient, second] * 10
        changes = list(threads.map(lambda store: store.receive("CPU", 1), stores))

    assert list(range(5, 25)) == sorted(change.seq for change in changes)


def test_processes_take_turns(stocked: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        errors = pool.map(receive_some, [str(stocked)] * 4)
        pool.close()
        pool.join()

    assert [""] * 4 == errors
    with opened(PATIENT) as store:
        assert {"CPU": 42, "GPU": 0} == free(store)
        assert () == store.audit()


def receive_some(file: str) -> str:
    """Ten receipts, in a process of its own; what went wrong."""
    try:
        with SqliteStockStore.open(file, now=HandClock(), timeout=PATIENT, create=False) as store:
            for _ in range(10):
                store.receive("CPU", 1)
    except StockUnavailableError as error:
        return str(error)
    return ""
