"""Public sets are fetched once, checked, from whichever home has them: on a server in this test."""

import gzip
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from diffvis.data import homes
from diffvis.data.catalogue import entries, must_be_fetched, open_dataset
from diffvis.data.download import fetch
from diffvis.data.homes import PUBLIC, PublicSet, RemoteFile
from diffvis.errors import UserError

from .conftest import write_cifar, write_set


@dataclass
class Server:
    """Files on 127.0.0.1, and what was asked for."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def offer(self, path: str, content: bytes) -> RemoteFile:
        self.files[path] = content
        name = path.rpartition("/")[2]
        return RemoteFile(name, hashlib.md5(content).hexdigest(), len(content))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            offered.asked.append(self.path)
            content = offered.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            cut = self.path.startswith("/cut/")
            self.send_header("Content-Length", str(len(content) + cut))
            self.end_headers()
            with suppress(OSError):  # the client may have gone
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """A test has nobody to tell."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = False  # so that closing waits for what is still being sent
    offered = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield offered
    http.shutdown()
    thread.join()
    http.server_close()


def _public(
    server: Server, *files: RemoteFile, mirrors: tuple[str, ...] = ("/good/",)
) -> PublicSet:
    return PublicSet("set", "A set", "", tuple(server.address + path for path in mirrors), files)


def _noise(n: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).bytes(n)


def test_bytes_are_counted_over_all_files(server: Server, tmp_path: Path) -> None:
    files = [server.offer(f"/good/{name}", _noise(200_001, i)) for i, name in enumerate("ab")]
    calls = []
    folder = fetch(_public(server, *files), tmp_path / "x" / "set", lambda *c: calls.append(c))

    assert [(folder / name).read_bytes() for name in "ab"] == list(server.files.values())
    assert {total for _, total in calls} == {400_002}
    done = [done for done, _ in calls]
    assert done == sorted(done) and (done[0], done[-1]) == (0, 400_002)
    assert len(set(done)) >= 8  # in pieces, so that a person sees it move


def test_what_is_there_is_not_fetched(server: Server, tmp_path: Path) -> None:
    files = [server.offer(f"/good/{name}", name.encode()) for name in ("a.gz", "b.gz", "c")]
    (tmp_path / "a").write_bytes(b"put here by hand, and unpacked")
    (tmp_path / "c").write_bytes(b"put here by hand")
    public = _public(server, *files)
    calls = []
    fetch(public, tmp_path, lambda *c: calls.append(c))
    assert server.asked == ["/good/b.gz"]
    assert calls[-1] == (4, 4)
    fetch(public, tmp_path, lambda *c: pytest.fail("nothing is fetched"))
    assert server.asked == ["/good/b.gz"]
    assert (tmp_path / "c").read_bytes() == b"put here by hand"


def test_stopping_leaves_whole_files_only(server: Server, tmp_path: Path) -> None:
    files = [server.offer(f"/good/{name}", _noise(500_000, i)) for i, name in enumerate("ab")]
    public = _public(server, *files)

    class StoppedError(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done > 700_000:
            raise StoppedError

    with pytest.raises(StoppedError):
        fetch(public, tmp_path, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    fetch(public, tmp_path)
    assert server.asked == ["/good/a", "/good/b", "/good/b"]
    assert (tmp_path / "b").read_bytes() == server.files["/good/b"]


@pytest.mark.parametrize("broken", ["missing", "wrong", "cut", "nobody"])
def test_the_next_home_is_tried_and_then_kept(server: Server, tmp_path: Path, broken: str) -> None:
    files = [server.offer(f"/good/{name}", _noise(1000)) for name in "ab"]
    server.files["/wrong/a"] = server.files["/cut/a"] = _noise(1000, seed=1)
    public = _public(server, *files, mirrors=(f"/{broken}/", "/good/"))
    if broken == "nobody":
        public = replace(public, mirrors=("http://127.0.0.1:9/", public.mirrors[1]))
    fetch(public, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "a").read_bytes() == server.files["/good/a"]
    first = [] if broken == "nobody" else [f"/{broken}/a"]
    assert server.asked == [*first, "/good/a", "/good/b"]


def test_a_wrong_checksum_is_named_and_the_file_removed(server: Server, tmp_path: Path) -> None:
    file = replace(server.offer("/good/a", b"not what it was"), md5="0" * 32)
    with pytest.raises(UserError, match=r"A set .*/good/a has the wrong checksum") as raised:
        fetch(_public(server, file), tmp_path)
    assert hashlib.md5(b"not what it was").hexdigest() in raised.value.problem
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_set_and_the_way_out_are_named(tmp_path: Path) -> None:
    public = PublicSet(
        "set",
        "A set",
        "",
        ("http://127.0.0.1:9/", "http://no-such-host.invalid/"),
        (RemoteFile("a", "0" * 32, 1), RemoteFile("b", "0" * 32, 1)),
    )
    with pytest.raises(UserError, match=r"^A set could not be downloaded") as raised:
        fetch(public, tmp_path)
    assert "http://127.0.0.1:9/a cannot be reached" in raised.value.problem
    assert "no-such-host" in raised.value.problem
    assert f"download a and b by hand to {tmp_path}" in raised.value.remedy
    assert "give the path of a folder" in raised.value.remedy
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_answers_nonsense_is_named_with_its_answer(
    server: Server, tmp_path: Path
) -> None:
    file = RemoteFile("a", "0" * 32, 1)
    server.files["/cut/a"] = b"1234"
    with pytest.raises(UserError, match=r"/gone/a answers 404; .*/cut/a breaks off"):
        fetch(_public(server, file, mirrors=("/gone/", "/cut/")), tmp_path)


def test_a_folder_that_cannot_be_written_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    file = server.offer("/good/a", b"1")
    with pytest.raises(UserError, match=r"A set cannot be written to .*file.* DIFFVIS_HOME"):
        fetch(_public(server, file), tmp_path / "file" / "set")


def _tar(folder: Path, names: list[str]) -> bytes:
    """An archive with files of a folder, and with what an archive should not have."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name in ("../escaped", "/tmp/escaped", "cifar-10-batches-py/unasked"):
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
        link = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        for name in names:
            tar.add(folder / name, f"cifar-10-batches-py/{name}")
    return packed.getvalue()


def _cifar(server: Server, tmp_path: Path, without: str = "") -> PublicSet:
    folder = write_cifar(tmp_path / "original")
    names = sorted(path.name for path in folder.iterdir() if path.name != without)
    file = server.offer("/good/cifar-10-python.tar.gz", _tar(folder, names))
    return replace(PUBLIC["cifar10"], mirrors=(f"{server.address}/good/",), files=(file,))


def test_only_what_belongs_to_it_is_taken_from_an_archive(server: Server, tmp_path: Path) -> None:
    folder = fetch(_cifar(server, tmp_path), tmp_path / "home" / "cifar10")

    assert [path.name for path in folder.iterdir()] == ["cifar-10-batches-py"]
    inner = folder / "cifar-10-batches-py"
    assert sorted(path.name for path in inner.iterdir()) == sorted(
        path.name for path in (tmp_path / "original").iterdir()
    )
    assert not (inner / "data_batch_1").is_symlink()
    assert list(folder.parent.iterdir()) == [folder]


def test_an_archive_put_there_by_hand_is_unpacked_and_kept(server: Server, tmp_path: Path) -> None:
    public = _cifar(server, tmp_path)
    (archive,) = server.files.values()
    folder = tmp_path / "by-hand"
    folder.mkdir()
    (folder / "cifar-10-python.tar.gz").write_bytes(archive)
    fetch(public, folder)
    assert server.asked == []
    assert (folder / "cifar-10-python.tar.gz").is_file()
    assert (folder / "cifar-10-batches-py" / "test_batch").is_file()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda archive: b"nothing of the kind", "cannot be unpacked"),
        (lambda archive: archive[: len(archive) // 2], "cannot be unpacked"),
        (
            lambda archive: archive[:200] + b"\xff" * 30 + archive[230:],
            "cannot be unpacked|lacks",
        ),
        (lambda archive: gzip.compress(bytes(10_240)), "lacks cifar-10-batches-py/batches.meta, "),
    ],
)
def test_a_damaged_archive_is_named(server: Server, tmp_path: Path, damage, message: str) -> None:
    public = _cifar(server, tmp_path)
    (archive,) = server.files.values()
    folder = tmp_path / "by-hand"
    folder.mkdir()
    (folder / "cifar-10-python.tar.gz").write_bytes(damage(archive))
    with pytest.raises(UserError, match=message) as raised:
        fetch(public, folder)
    assert "cifar-10-python.tar.gz" in raised.value.problem and "\n" not in str(raised.value)


def test_sets_open_by_name_and_say_what_they_would_fetch(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_set(tmp_path / "idx")
    files = [
        server.offer(f"/good/{path.name}", path.read_bytes()) for path in sorted(folder.iterdir())
    ]
    table = {
        "fashion-mnist": replace(
            PUBLIC["fashion-mnist"], mirrors=(f"{server.address}/good/",), files=tuple(files)
        ),
        "cifar10": _cifar(server, tmp_path),
    }
    for name, public in table.items():
        monkeypatch.setitem(homes.PUBLIC, name, public)
        (entry,) = (entry for entry in entries() if entry.name == name)
        assert entry.download == sum(file.size for file in public.files)
        assert (
            entry.title == f"{public.title} (download)" and "download of 1 MB" in entry.description
        )
        with pytest.raises(UserError, match=f"{public.title} is not on this machine"):
            open_dataset(name, download=False)
        assert server.asked == []

        calls = []
        dataset = open_dataset(name, size=3, progress=lambda *c, calls=calls: calls.append(c))
        assert calls[-1] == (entry.download, entry.download)
        assert (dataset.name, dataset.title) == (name, public.title)
        assert dataset.source == f"{name}?size=3" and dataset.shape[1:] == (3, 3)
        server.asked.clear()

        assert open_dataset(dataset.source, download=False).fingerprint == dataset.fingerprint
        assert server.asked == []
        (entry,) = (entry for entry in entries() if entry.name == name)
        assert (entry.download, entry.title) == (0, public.title)
    assert open_dataset("fashion-mnist").classes[9] == "Boot"


def test_a_folder_of_the_same_name_is_opened_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / "mnist")
    monkeypatch.chdir(tmp_path)
    assert open_dataset("mnist").source == str(tmp_path / "mnist")
    assert open_dataset("mnist?size=2").source == f"{tmp_path / 'mnist'}?size=2"


def test_what_must_be_fetched_is_known_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kmnist").mkdir()
    for source in ("mnist", "mnist?size=32", "cifar10", "kmnist"):
        assert must_be_fetched(source)
    PUBLIC["mnist"].folder.parent.mkdir(parents=True)
    write_set(PUBLIC["mnist"].folder)
    write_set(tmp_path / "fashion-mnist")
    for source in ("mnist", "mnist?size=32", "fashion-mnist", "digits", "moons?n=9", "nothing"):
        assert not must_be_fetched(source)


def test_a_folder_of_the_same_name_that_holds_no_set_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "run.json").write_text("{}")  # such as a run that learned from it
    (tmp_path / "kmnist").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    for name in ("mnist", "kmnist"):
        with pytest.raises(UserError, match="MNIST is not on this machine"):
            open_dataset(name, download=False)


def test_the_table_is_complete() -> None:
    for name, public in PUBLIC.items():
        assert public.name == name and public.mirrors
        assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in public.mirrors)
        for file in public.files:
            assert len(bytes.fromhex(file.md5)) == 16 and file.size > 1000
    assert len({file.md5 for public in PUBLIC.values() for file in public.files}) == 13
