"""What storms are made of: a storm that could not see a loss would never fail."""

from pathlib import Path
from random import Random

import pytest

from configurator.availability.opening import open_stock
from storms.crash_images import RecordedDisk, Survival
from storms.dice import dice
from storms.disk_record import Entry, Kind
from storms.mutants import ROOT, changed
from storms.mutations import MUTANTS, Change
from storms.stepping import Phase, Session, Stage, StuckError, schedules
from storms.tally import Tally
from storms.workload import Expected, Journal, Writer, first_steps, perform, write_without_end

FOLDER, FILE = 1, 2


def disk(*entries: Entry) -> RecordedDisk:
    """A folder in which a file `log` was made, and what followed."""
    made = RecordedDisk()
    made.take(Entry(Kind.OPENED, FOLDER, 1, "", b""))
    made.take(Entry(Kind.CREATED, FILE, 0, "log", b""))
    for entry in entries:
        made.take(entry)
    return made


def written(data: bytes, offset: int = 0) -> Entry:
    return Entry(Kind.WRITTEN, FILE, offset, "", data)


def synced(file: int) -> tuple[Entry, Entry]:
    return Entry(Kind.SYNC_BEGUN, file, 0, "", b""), Entry(Kind.SYNC_DONE, file, 0, "", b"")


def outcomes(made: RecordedDisk) -> set[bytes | None]:
    """What the file may hold after a cut; `None` for no file."""
    return {made.survivors(dice(seed)).get("log") for seed in range(300)}


def test_what_was_synced_survives_every_cut() -> None:
    made = disk(written(b"safe"), *synced(FILE), *synced(FOLDER))

    assert {b"safe"} == outcomes(made)


def test_what_was_not_synced_may_be_there_or_not() -> None:
    made = disk(*synced(FOLDER), written(b"ab"), written(b"cd", 2))

    assert {b"", b"ab", b"abcd", b"\0\0cd"} <= outcomes(made)


def test_what_is_written_during_a_sync_is_not_made_safe_by_it() -> None:
    begun, done = synced(FILE)
    made = disk(*synced(FOLDER), written(b"ab"), begun, written(b"cd", 2), done)

    assert {b"ab", b"abcd"} == {each and each[:4] for each in outcomes(made)}


def test_a_file_whose_folder_was_not_synced_may_be_gone() -> None:
    made = disk(written(b"safe"), *synced(FILE))

    assert {None, b"safe"} == outcomes(made)


def test_a_write_may_survive_in_sectors() -> None:
    made = disk(*synced(FOLDER), written(b"a" * 1024))

    torn = {made.survivors(dice(seed), Survival.SECTORS)["log"] for seed in range(100)}

    assert b"a" * 512 in torn
    assert b"\0" * 512 + b"a" * 512 in torn


def test_calls_that_the_recorder_does_not_follow_end_the_replay() -> None:
    with pytest.raises(ValueError, match="UNKNOWN fallocate"):
        disk(Entry(Kind.UNKNOWN, FILE, 0, "fallocate", b""))


def journal_of(url: str, path: Path, steps: int) -> str:
    """Let a writer do some steps and give what he noted."""
    path.touch()
    with path.open("ab", buffering=0) as file, open_stock(url) as store:
        write_without_end(store, Writer("w", Random(7)), Journal(file.fileno()), steps=steps)  # noqa: S311 - chance for a test
    return path.read_text(encoding="utf-8")


def test_a_stock_that_has_all_that_was_answered_is_as_expected(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    expected = Expected()
    expected.read(journal_of(url, tmp_path / "journal", 120))

    with open_stock(url) as store:
        assert [] == expected.settle(store)


def test_a_stock_that_lost_the_last_answers_is_found_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    first, second = Expected(), Expected()
    text = journal_of(url, tmp_path / "journal", 120)
    with open_stock(f"sqlite:///{tmp_path / 'other.db'}") as emptied:
        for step in first_steps():
            perform(emptied, step)
        first.read(text)

        assert first.settle(emptied)
        second.read(text)
        second.booked["w-999"] = {("PART-0", "default"): 1}
    with open_stock(url) as store:
        assert second.settle(store)


def test_what_was_begun_and_never_answered_is_sent_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    whole = journal_of(url, tmp_path / "journal", 60)
    cut = whole[: whole.rstrip("\n").rindex("\n") + 1]
    expected = Expected()
    expected.read(cut)

    with open_stock(url) as store:
        assert 1 == len(expected.open)
        assert [] == expected.settle(store)


def test_there_are_seventy_orders_of_two_times_four_steps() -> None:
    orders = set(schedules(4))

    assert 70 == len(orders)
    assert all(4 == sum(order) for order in orders)


def test_sessions_go_in_the_order_that_the_schedule_says() -> None:
    told: list[str] = []
    stage = Stage()

    def work(session: Session) -> None:
        for phase in Phase:
            session.gate(phase)
            told.append(session.name)

    first, second = stage.sessions
    stage.play((lambda: work(first), lambda: work(second)), (0, 1, 1, 0, 0, 1, 1, 0))

    assert list("12211221") == told


def test_sessions_that_wait_for_each_other_are_told() -> None:
    stage = Stage()

    def work(session: Session) -> None:
        while True:
            session.wait_for_lock()

    first, second = stage.sessions
    with pytest.raises(StuckError, match="sessions 1, 2 wait"):
        stage.play((lambda: work(first), lambda: work(second)), ())


def test_figures_of_several_runs_add_up(tmp_path: Path) -> None:
    for _ in range(2):
        tally = Tally.opened("kills", tmp_path / "figures.json")
        tally.counts["kills"] += 3
        tally.time(0.001)
        tally.save()

    again = Tally.opened("kills", tmp_path / "figures.json")

    assert (6, 2) == (again.counts["kills"], again.times.total())
    assert 0.001 == pytest.approx(again.quantile(0.99), rel=0.05)


def test_a_tally_of_another_storm_is_refused(tmp_path: Path) -> None:
    Tally("kills", tmp_path / "figures.json").save()

    with pytest.raises(SystemExit, match="the tally of `kills`"):
        Tally.opened("cuts", tmp_path / "figures.json")


@pytest.mark.parametrize(
    "change",
    [change for mutant in MUTANTS for change in mutant.changes],
    ids=[mutant.name for mutant in MUTANTS for _ in mutant.changes],
)
def test_each_seeded_mistake_fits_the_text_that_it_changes(change: Change) -> None:
    module = ROOT / "configurator" / "availability" / change.module
    text = module.read_text(encoding="utf-8")

    assert text != changed(text, change)


def test_seeded_mistakes_have_names_of_their_own() -> None:
    assert len(MUTANTS) == len({mutant.name for mutant in MUTANTS})
