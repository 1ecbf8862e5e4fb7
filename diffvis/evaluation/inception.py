"""The standard FID: the Fréchet distance in the features of InceptionV3, by torch-fidelity."""

from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from diffvis.errors import UserError

ENOUGH = 2_048
"""Samples below which the features' covariance has no full rank, and the distance is too large."""


class _Pictures(TorchDataset):
    """Images as the library wants them: uint8 (3, H, W) each."""

    def __init__(self, x: Tensor) -> None:
        pictures = ((x.detach().float().cpu().clamp(-1, 1) + 1) * 127.5).round().byte()
        self._pictures = pictures.expand(-1, 3, -1, -1) if x.shape[1] == 1 else pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, number: int) -> Tensor:
        return self._pictures[number]


def inception_fid(x: Tensor, y: Tensor, device: str = "cpu", batch: int = 50) -> float:
    """FID (Heusel et al. 2017) between images x (N, C, H, W) and y (M, C, H, W) in [-1, 1].

    One or three channels. On first use the library fetches InceptionV3's weights (91 MB) into
    torch's cache.

    Raises:
        UserError: torch-fidelity is not installed, or its weights could not be fetched.
    """
    try:
        from torch_fidelity import calculate_metrics
    except (ImportError, RuntimeError) as error:  # torchvision made for another build of PyTorch
        raise UserError(
            f"FID needs torch-fidelity, which cannot be loaded ({error})",
            'pip install "diffvis[fid]", with torchvision from where PyTorch came from',
        ) from error
    try:
        found = calculate_metrics(
            input1=_Pictures(x),
            input2=_Pictures(y),
            cuda=device.startswith("cuda"),
            batch_size=batch,
            fid=True,
            save_cpu_ram=True,  # no worker processes: the pictures are in memory already
            verbose=False,
        )
    except OSError as error:  # of which urllib's errors are
        raise UserError(
            f"the weights of InceptionV3 could not be fetched ({error})",
            "try again with a connection, or evaluate without --fid",
        ) from error
    return float(found["frechet_inception_distance"])
