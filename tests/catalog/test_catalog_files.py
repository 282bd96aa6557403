"""Catalogs on disk: how they are found, and that nothing outside their folder is ever read."""

import os
from pathlib import Path

import pytest

from configurator.catalog_files import CHECK_THE_PATH, LARGEST_FILE, shipped_catalogs
from configurator.configurator import Configurator
from configurator.errors import CatalogError

TEXT = "catalog found\noption a : yesno\n"


def refusal(path: Path | str) -> tuple[str, str]:
    """The code and words of the one error."""
    with pytest.raises(CatalogError) as caught:
        Configurator.load(path)
    (finding,) = caught.value.diagnostics
    return finding.code, finding.message


def written(folder: Path, **files: str | bytes) -> Path:
    """The folder with files in it; `__` stands for `/`."""
    for name, data in files.items():
        file = folder / name.replace("__", "/").replace("_pcat", ".pcat").replace("_csv", ".csv")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    written(tmp_path, a_pcat=TEXT)

    assert Configurator.load(tmp_path / "a.pcat").catalog.name == "found"
    assert Configurator.load(str(tmp_path / "a.pcat")).catalog.name == "found"


def test_a_folder_is_loaded_by_its_one_headed_file(tmp_path: Path) -> None:
    written(tmp_path, a_pcat=TEXT, part_pcat="unit g\n")

    assert Configurator.load(tmp_path).catalog.name == "found"


def test_a_folder_with_two_headed_files_asks_which(tmp_path: Path) -> None:
    written(tmp_path, a_pcat=TEXT, b_pcat=TEXT)

    assert ("E0201", f"2 catalogs in the folder `{tmp_path}`: a.pcat, b.pcat") == refusal(tmp_path)


def test_a_folder_without_a_headed_file_holds_no_catalog(tmp_path: Path) -> None:
    written(tmp_path, part_pcat="unit g\n")

    assert ("E0201", f"no catalog in the folder `{tmp_path}`") == refusal(tmp_path)


def test_what_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    written(tmp_path, a_pcat=TEXT)
    with pytest.raises(CatalogError) as caught:
        Configurator.load(tmp_path / "b.pcat")

    (finding,) = caught.value.diagnostics
    assert f"`{tmp_path}/b.pcat` does not exist" == finding.message
    assert ("beside it there are: a.pcat",) == finding.help


def test_shipped_catalogs_load_by_name() -> None:
    assert "desktop_pc" in shipped_catalogs()
    for name in shipped_catalogs():
        assert name == Configurator.load(f"package:{name}").catalog.name


def test_an_unknown_shipped_catalog_is_told_with_those_there_are() -> None:
    with pytest.raises(CatalogError) as caught:
        Configurator.load("package:boat")

    (finding,) = caught.value.diagnostics
    assert finding.message == "no catalog `boat` comes with this library"
    assert "package:desktop_pc" in finding.help[0]


def test_a_shipped_catalog_cannot_be_named_by_a_path() -> None:
    assert refusal("package:../configurator")[0] == "E0201"


@pytest.mark.parametrize("path", ["../outer.pcat", "/etc/hostname", "sub/../../outer.pcat", "..\\outer.pcat"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    written(
        tmp_path, shop__a_pcat=f'catalog t\nimport "{path}"\n'.replace("\\", "\\\\"), outer_pcat="unit g\n"
    )

    assert ("E0203", f"`{path}` leaves the catalog's folder") == refusal(tmp_path / "shop" / "a.pcat")


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    written(tmp_path, shop__a_pcat='catalog t\nimport "link.pcat"\n', outer_pcat="unit g\n")
    (tmp_path / "shop" / "link.pcat").symlink_to(tmp_path / "outer.pcat")

    code, message = refusal(tmp_path / "shop" / "a.pcat")
    assert code == "E0203"
    assert message.endswith("link.pcat` leads outside the catalog's folder")


def test_a_linked_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    text = 'catalog t\nfamily a choose one { from csv "link/a.csv" }\n'
    written(tmp_path, shop__a_pcat=text, other__a_csv="sku\nA\n")
    (tmp_path / "shop" / "link").symlink_to(tmp_path / "other", target_is_directory=True)

    assert refusal(tmp_path / "shop" / "a.pcat")[0] == "E0203"


def test_a_settings_file_makes_the_folder_above_the_root(tmp_path: Path) -> None:
    written(tmp_path, shop__a_pcat='catalog t\nimport "../lib/u.pcat"\n', lib__u_pcat="unit g\n")
    (tmp_path / "configurator.toml").write_text("")

    assert "g" in Configurator.load(tmp_path / "shop" / "a.pcat").catalog.units


def test_a_folder_where_a_file_is_meant_is_told(tmp_path: Path) -> None:
    written(tmp_path, a_pcat='catalog t\nimport "lib"\n', lib__u_pcat="unit g\n")

    code, message = refusal(tmp_path / "a.pcat")
    assert code == "E0201"
    assert message.endswith("lib` is a folder, not a file")


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, a_pcat="catalog t\n# grün\n".encode("latin-1"))

    assert ("E0204", f"`{tmp_path}/a.pcat` is not UTF-8: byte 0xfc on line 2") == refusal(tmp_path / "a.pcat")


def test_a_file_too_large_to_be_a_catalog_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, a_pcat='catalog t\nfamily a choose one { from csv "big.csv" }\n')
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)  # a hole: it takes no room on the disk

    code, message = refusal(tmp_path / "a.pcat")
    assert code == "E0201"
    assert message.endswith("big.csv` is larger than 100,000,000 bytes")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to the superuser")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    written(tmp_path, a_pcat=TEXT)
    (tmp_path / "a.pcat").chmod(0)

    assert refusal(tmp_path / "a.pcat")[0] == "E0201"


def test_a_path_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(CatalogError):
        Configurator.load("a\0b.pcat")


@pytest.mark.parametrize("path", ["x" * 300, "x" * 5000, "y/" * 3000])
def test_a_path_too_long_to_be_one_is_told_shortened_with_what_to_do(path: str) -> None:
    with pytest.raises(CatalogError) as caught:
        Configurator.load(path)
    (finding,) = caught.value.diagnostics

    assert "E0201" == finding.code
    assert finding.message.startswith(f"`{path[:200]}…` cannot be read: ")
    assert CHECK_THE_PATH == finding.help


def test_links_that_lead_in_a_circle_are_told(tmp_path: Path) -> None:
    for name in ("a", "b.pcat"):
        (tmp_path / name).symlink_to(tmp_path / name)

    for path in (tmp_path / "a", tmp_path / "a" / "c.pcat", tmp_path / "b.pcat"):
        code, message = refusal(path)
        assert "E0201" == code
        assert message.startswith(f"`{path}` cannot be read: ")


@pytest.mark.parametrize("path", ["x" * 300, "a\\0b"])
def test_an_import_that_is_no_path_is_told(tmp_path: Path, path: str) -> None:
    written(tmp_path, a_pcat=f'catalog t\nimport "{path}.pcat"\n')

    assert refusal(tmp_path / "a.pcat")[0] in {"E0106", "E0201"}


def test_mistakes_are_told_with_the_path_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(
        tmp_path, shop__a_pcat='catalog t\nimport "lib/b.pcat"\n', shop__lib__b_pcat="rule r: require x = 1\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CatalogError) as caught:
        Configurator.load("shop/a.pcat")

    assert ["shop/lib/b.pcat:1:17"] == [finding.location for finding in caught.value.diagnostics]


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_loads(tmp_path: Path) -> None:
    written(tmp_path, a_pcat=b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())

    assert Configurator.load(tmp_path / "a.pcat").catalog.name == "found"
