"""Where the public data sets live, and how to tell that a download is what it should be."""

from dataclasses import dataclass
from pathlib import Path

from diffvis.files import home


@dataclass(frozen=True)
class RemoteFile:
    """One file of a public set."""

    name: str
    md5: str
    """As torchvision publishes it."""
    size: int
    """In bytes, for telling people; what is fetched is checked by ``md5``."""


@dataclass(frozen=True)
class PublicSet:
    """A data set with public homes, any of which has all its files."""

    name: str
    title: str
    description: str
    mirrors: tuple[str, ...]
    """Addresses that a file's name is appended to, in the order to try them."""
    files: tuple[RemoteFile, ...]
    unpacked: tuple[str, ...] = ()
    """Paths within the folder, each also a path within the archive, of a set that is one."""

    @property
    def folder(self) -> Path:
        """Where it is kept on this machine."""
        return home() / "data" / self.name

    def missing(self, folder: Path) -> tuple[RemoteFile, ...]:
        """The files that a folder lacks. Gzipped ones may be there in their plain form."""
        if self.unpacked and all((folder / path).is_file() for path in self.unpacked):
            return ()
        return tuple(
            file
            for file in self.files
            if not (folder / file.name).is_file()
            and not (folder / file.name.removesuffix(".gz")).is_file()
        )


def _idx(*parts: tuple[str, int]) -> tuple[RemoteFile, ...]:
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    return tuple(
        RemoteFile(f"{name}-ubyte.gz", md5, size)
        for name, (md5, size) in zip(names, parts, strict=True)
    )


CIFAR_FOLDER = "cifar-10-batches-py"
CIFAR_TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
CIFAR_TEST = "test_batch"
CIFAR_META = "batches.meta"

PUBLIC = {
    public.name: public
    for public in (
        PublicSet(
            "mnist",
            "MNIST",
            "70,000 handwritten digits of 28 × 28",
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
            _idx(
                ("f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
                ("d53e105ee54ea40749a09fcbcd1e9432", 28_881),
                ("9fb629c4189551a2d022fa330f9573f3", 1_648_877),
                ("ec29112dd5afa0611ce80d1b7f02629c", 4_542),
            ),
        ),
        PublicSet(
            "fashion-mnist",
            "Fashion-MNIST",
            "70,000 pictures of clothes of 28 × 28",
            (
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            ),
            _idx(
                ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
                ("25c81989df183df01b3e8a0aad5dffbe", 29_515),
                ("bef4ecab320f06d8554ea6380940ec79", 4_422_102),
                ("bb300cfdad3c16e7a12a480ee83cd310", 5_148),
            ),
        ),
        PublicSet(
            "kmnist",
            "KMNIST",
            "70,000 handwritten hiragana of 28 × 28",
            (
                "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
                "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            ),
            _idx(
                ("bdb82020997e1d708af4cf47b453dcf7", 18_165_135),
                ("e144d726b3acfaa3e44228e80efcd344", 29_497),
                ("5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136),
                ("7320c461ea6c1c855c0b718fb2a4b134", 5_120),
            ),
        ),
        PublicSet(
            "cifar10",
            "CIFAR-10",
            "60,000 colour photographs of 32 × 32",
            ("https://www.cs.toronto.edu/~kriz/",),
            (
                RemoteFile(
                    "cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071
                ),
            ),
            tuple(f"{CIFAR_FOLDER}/{name}" for name in (*CIFAR_TRAIN, CIFAR_TEST, CIFAR_META)),
        ),
    )
}
