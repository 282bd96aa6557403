"""`configurator diff`: what it prints, its exit codes, and catalogs at git revisions."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from command_runs import Run, run

LAMP = """catalog lamp "Lamp" version "1" currency EUR

import "base.pcat"

family shade "Shade" choose one {
  | sku | name  | size | price [EUR] |
  |-----|-------|------|-------------|
  | S-1 | Small |    1 |        5.00 |
  | S-2 | Wide  |    2 |        7.00 |
}

calc price in EUR = sum(price)

rule stands:
  require shade.size <= base.size + 1
  because "{shade} falls over on {base}."
"""
BASE = """family base "Base" choose one {
  | sku | name  | size | price [EUR] |
  |-----|-------|------|-------------|
  | B-1 | Wood  |    1 |       10.00 |
  | B-2 | Stone |    2 |       15.00 |
}
"""
STRICT = LAMP.replace("base.size + 1", "base.size + 0").replace("7.00", "7.50")

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def write(folder: Path, text: str, base: str = BASE) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "lamp.pcat").write_text(text, encoding="utf-8")
    (folder / "base.pcat").write_text(base, encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two versions of a lamp and three saved orders; one stands in it."""
    write(tmp_path / "old", LAMP)
    write(tmp_path / "new", STRICT)
    orders = [
        {"order": "SO-1", "lines": [{"configuration": {"shade": "S-2", "base": "B-1"}}]},
        {"shade": "S-1", "base": "B-1"},
    ]
    lines = [json.dumps(order) for order in orders]
    (tmp_path / "orders.jsonl").write_text("\n".join([lines[0], "", lines[1], "{,}"]) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def diff(*words: str) -> Run:
    return run("diff", *words)


# ---------------------------------------------------------------- texts


@pytest.mark.usefixtures("here")
def test_a_difference_in_words() -> None:
    found = diff("old", "new", "--orders", "orders.jsonl")

    assert (
        """old  lamp 1  on 2026-11-22  old
new  lamp 1  on 2026-11-22  new

~ component  shade.S-2  price 7.00 EUR -> 7.50 EUR
~ rule       stands     1 -> 0

specialisation: 1 configuration lost, none gained (4 before, 3 now)
lost, for example
  base=B-1 shade=S-2
    now: stands  Wide falls over on Wood.  new/lamp.pcat:14

1 of 3 saved orders breaks, 1 has a one-step repair; 1 unreadable
  SO-1  stands: Wide falls over on Wood.
    shade = S-1 instead of S-2  -2.50 EUR
  number 4  column 2: this is no JSON: expecting property name enclosed in double quotes
"""
        == found.out
    )
    assert (0, "") == (found.code, found.error)


@pytest.mark.usefixtures("here")
def test_the_way_back_gains() -> None:
    found = diff("new", "old")

    assert "generalisation: 1 configuration gained, none lost (3 before, 4 now)\ngained, for" in found.out
    assert "    before: stands  Wide falls over on Wood.  new/lamp.pcat:14\n" in found.out


@pytest.mark.usefixtures("here")
def test_no_difference_in_words() -> None:
    found = diff("old", "old")

    assert "old  lamp 1  on 2026-11-22  old\nnew  lamp 1  on 2026-11-22  old\n\n" in found.out
    assert found.out.endswith("\nrefactoring: the same 4 configurations\n")


@pytest.mark.usefixtures("here")
def test_a_difference_as_workflow_commands() -> None:
    found = diff("old", "new", "--orders", "orders.jsonl", "--format", "github")

    assert [
        "::notice title=lamp::specialisation: 1 configuration lost, none gained (4 before, 3 now)",
        "::warning file=new/lamp.pcat,line=14,col=1,title=stands::no longer valid: base=B-1 shade=S-2. "
        "Wide falls over on Wood.",
        "::notice title=saved orders::1 of 3 saved orders breaks, 1 has a one-step repair; 1 unreadable",
        "::warning file=orders.jsonl,line=1,col=1,title=order SO-1 breaks::Wide falls over on Wood. "
        "One step: shade = S-1 instead of S-2",
        "::warning file=orders.jsonl,line=4,col=1,title=order not judged::column 2: this is no JSON: "
        "expecting property name enclosed in double quotes",
    ] == found.out.splitlines()


@pytest.mark.usefixtures("here")
def test_a_difference_as_a_comment() -> None:
    found = diff("old", "new", "--orders", "orders.jsonl", "--format", "markdown")

    assert (
        """### lamp: specialisation: 1 configuration lost, none gained (4 before, 3 now)

`old` on 2026-11-22 compared with `new` on 2026-11-22.

| Lost, for example | because now |
|---|---|
| base=B-1 shade=S-2 | **stands** Wide falls over on Wood. |

**1 of 3 saved orders breaks, 1 has a one-step repair; 1 unreadable**

| order | because now | one step |
|---|---|---|
| SO-1 | Wide falls over on Wood. | shade = S-1 instead of S-2 |

<details><summary>2 declarations changed</summary>

- changed component **shade.S-2**: price 7.00 EUR -&gt; 7.50 EUR
- changed rule **stands**: 1 -&gt; 0

</details>
"""
        == found.out
    )


@pytest.mark.usefixtures("here")
def test_a_difference_as_json() -> None:
    result = diff("old", "new", "--orders", "orders.jsonl", "--json").result

    assert ["old", "new", "effect", "prices", "changes", "orders"] == list(result)
    assert ("specialisation", 4, 3, 1, 0, 3) == tuple(
        result["effect"][key] for key in ("kind", "old", "new", "lost", "gained", "kept")
    )
    assert {"shade": "S-2", "base": "B-1"} == {
        key: result["effect"]["lost_examples"][0]["configuration"][key] for key in ("shade", "base")
    }
    assert (1, 3, 1) == (result["prices"], result["orders"]["total"], result["orders"]["mended"])
    assert {"line": 1, "place": "shade", "before": "S-2", "after": "S-1", "delta": "-2.50 EUR"} == (
        result["orders"]["broken"][0]["repair"]
    )


def test_more_time_is_not_asked_for_where_it_would_decide_nothing(here: Path) -> None:
    text = f"{STRICT}\noption length : whole 0..9999\n"
    refused = ("length = 0", "length = 1", "length = 2", "length = 3", "length = 4", "length = 5")
    rules = [f"rule gift{at}: when gift = v{at} forbid {each}\n" for at, each in enumerate(refused)]
    write(here / "long", text)
    write(here / "gift", f"{text}\noption gift : one of {{ v0, v1, v2, v3, v4, v5 }}\n\n{''.join(rules)}")
    found = diff("long", "gift")

    assert 4 == found.code
    assert (
        "not decided: only one version has `gift`, rules read that, and it can be filled in too many ways"
        in (found.out)
    )
    assert "--timeout" not in found.error


# ---------------------------------------------------------------- exit codes


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("old", "new"), 0),
        (("old", "new", "--exit-code"), 1),
        (("new", "old", "--exit-code"), 0),
        (("old", "old", "--exit-code", "--orders", "orders.jsonl"), 0),
        (("old", "new", "--timeout", "0.001ms"), 4),
        (("old", "nowhere"), 3),
        (("old", "new", "--orders", "nowhere.jsonl"), 6),
        (("old",), 2),
        (("old", "new", "--as-of-new", "tomorrow"), 2),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int) -> None:
    assert code == diff(*words).code


@pytest.mark.usefixtures("here")
def test_a_limit_of_none_tells_an_example_of_every_cause() -> None:
    assert diff("old", "new", "--limit", "0").out == diff("old", "new", "--limit", "9").out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("names", [("old", ""), ("", "old"), ("old", " ")])
def test_an_empty_name_is_not_taken_for_the_folder_one_stands_in(names: tuple[str, str]) -> None:
    found = diff(*names)

    assert 2 == found.code
    assert "error: the name of a catalog is empty\n  = help: write `.` for this folder\n" in found.error


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_numbers_without_a_place_left_out_are_told_apart(here: Path, words: tuple[str, ...]) -> None:
    write(here / "gift", f"{STRICT}\noption gift : yesno\n")
    found = diff("old", "gift", *words)

    if words:
        effect = found.result["effect"]
        assert (4, 3, 1, 3, 4, 6) == tuple(
            effect[key] for key in ("old", "new", "lost", "kept", "old_whole", "new_whole")
        )
    else:
        totals = "(4 before, 3 now), compared without gift (6 now with it)"
        assert f"specialisation: 1 configuration lost, none gained {totals}\n" in found.out


@pytest.mark.usefixtures("here")
def test_each_version_has_its_day() -> None:
    found = diff("old", "old", "--as-of", "2026-01-01", "--as-of-new", "2027-01-01")

    assert ["on 2026-01-01", "on 2027-01-01"] == [line[13:26] for line in found.out.splitlines()[:2]]


# ---------------------------------------------------------------- revisions


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Author", "-c", "user.email=author@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a strict lamp committed above a loose one, and a broken one lying in the folder."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    write(tmp_path / "lamps", LAMP)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=loose")
    write(tmp_path / "lamps", STRICT)
    git(tmp_path, "commit", "--quiet", "--all", "--message=strict")
    write(tmp_path / "lamps", STRICT, base="nonsense")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@needs_git
@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("path", ["lamps", "lamps/lamp.pcat", "./lamps", "lamps/"])
def test_revisions_are_read_with_what_they_import(path: str) -> None:
    found = diff(f"HEAD~1:{path}", f"HEAD:{path}")

    assert (0, "") == (found.code, found.error)
    assert "specialisation: 1 configuration lost, none gained (4 before, 3 now)\n" in found.out
    assert "  HEAD:lamps/lamp.pcat:14\n" in found.out


@needs_git
def test_the_path_is_that_from_the_top_wherever_one_stands(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "lamps")
    whole, relative = diff("HEAD~1:lamps", "HEAD:lamps"), diff("HEAD~1:./", "HEAD:./lamp.pcat")

    assert [0, 0] == [whole.code, relative.code]
    assert whole.out.splitlines()[3:] == relative.out.splitlines()[3:]


@needs_git
@pytest.mark.usefixtures("repository")
def test_an_annotation_names_the_file_without_its_revision() -> None:
    found = diff("HEAD~1:lamps", "HEAD:lamps", "--format", "github")

    assert "::warning file=lamps/lamp.pcat,line=14,col=1,title=stands::" in found.out


@needs_git
@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("HEAD~9:lamps", 2, "there is no revision `HEAD~9` in this repository"),
        ("--output=x:lamps", 2, "there is no revision `--output=x` in this repository"),
        ("nothing:lamps", 2, "there is no revision `nothing` in this repository"),
        ("HEAD\nHEAD:lamps", 2, "the name of a revision and path is one line of text"),
        (":lamps", 2, "`:lamps` names no revision"),
        ("HEAD:shades", 3, "`HEAD:shades` does not exist: revision `HEAD` has no `shades`"),
        ("HEAD:../lamps", 3, "`HEAD:../lamps` leads out of the repository"),
        ("HEAD:--help", 3, "`HEAD:--help` does not exist: revision `HEAD` has no `--help`"),
        ("HEAD:lamps/*", 3, "`HEAD:lamps/*` does not exist: revision `HEAD` has no `lamps/*`"),
        ("HEAD:", 3, "no catalog in the folder `HEAD:`"),
    ],
)
def test_what_is_no_catalog_at_a_revision_is_told(name: str, code: int, message: str) -> None:
    found = run("diff", "--", name, "lamps")

    assert code == found.code
    assert message in found.error


@needs_git
def test_a_link_is_not_followed_in_a_revision(repository: Path) -> None:
    write(repository / "lamps", STRICT)
    (repository / "lamps" / "base.pcat").unlink()
    (repository / "lamps" / "base.pcat").symlink_to("/etc/hostname")
    git(repository, "commit", "--quiet", "--all", "--message=link")
    found = diff("HEAD:lamps", "HEAD:lamps")

    assert 3 == found.code
    assert "`HEAD:lamps/base.pcat` is no plain file, and links are not followed in a revision" in found.error


@needs_git
def test_settings_above_widen_what_may_be_read(repository: Path) -> None:
    write(repository / "lamps", STRICT.replace('"base.pcat"', '"../base.pcat"'))
    (repository / "base.pcat").write_text(BASE)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=outside")
    before = diff("HEAD:lamps", "HEAD:lamps")
    (repository / "configurator.toml").write_text("")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=settings")
    after = diff("HEAD:lamps", "HEAD:lamps")

    assert (3, 0) == (before.code, after.code)
    assert "leaves the catalog's folder" in before.error


@needs_git
def test_without_a_repository_there_are_no_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    found = diff("HEAD:lamps", "HEAD:lamps")

    assert 6 == found.code
    assert "this folder is in no git repository, so it has no revisions" in found.error


def test_without_git_there_are_no_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = diff("HEAD:lamps", "HEAD:lamps")

    assert 6 == found.code
    assert "git is not installed, and only git can read a revision" in found.error


def test_a_file_with_a_colon_in_its_name_is_a_file(here: Path) -> None:
    write(here / "HEAD:old", LAMP)

    assert 0 == diff("HEAD:old", "old").code
