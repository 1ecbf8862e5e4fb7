"""Which devices can be given, and what is said of the others."""

import pytest
import torch

from diffvis.errors import UserError
from diffvis.training.device import resolve_device


@pytest.mark.parametrize("name", ["foo", "", "cpu:5", "meta", "xpu", "cuda:", "cuda:-1", "cpu\n"])
def test_what_is_no_device_is_named_beside_those_that_are(name: str) -> None:
    with pytest.raises(UserError, match="choose one of auto, cpu, cuda, cuda:1, mps") as caught:
        resolve_device(name)
    assert repr(name) in caught.value.problem


@pytest.mark.parametrize("name", ["cuda:99", "cuda:128", "cuda:99999999999999999999"])
def test_a_gpu_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(UserError, match=f"no device {name} .* CUDA devices.*: use auto or cpu"):
        resolve_device(name)


def test_each_process_of_several_takes_its_own_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert resolve_device("auto") == torch.device("cuda")
    assert resolve_device("auto", local_rank=1) == torch.device("cuda:1")
    assert resolve_device("cuda:01", local_rank=1) == torch.device("cuda:1")
    assert resolve_device("cpu", local_rank=1) == torch.device("cpu")
    with pytest.raises(UserError, match="no device cuda:2"):
        resolve_device("auto", local_rank=2)
