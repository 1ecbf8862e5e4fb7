"""``diffvis.evaluate``: how good a model's samples are."""

from typing import Any

from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.evaluation import Evaluation, Plan
from diffvis.evaluation import evaluate as measured
from diffvis.face.subjects import AnyData, AnyModel, data_of, model_of, where
from diffvis.models.sampleable import Model
from diffvis.sampling.classes import EACH, class_of
from diffvis.sampling.settings import ChainSettings, chain_settings

COUNT = 1_000


def evaluate(
    model: AnyModel,
    data: AnyData | None = None,
    *,
    seeds: int = 1,
    bits: int = 0,
    fid: bool = False,
    likelihood: int = 0,
    device: str | None = None,
    **settings: Any,
) -> Evaluation:
    """Measure samples of a model against data that nobody trained on.

    Args:
        model: as for ``diffvis.sample``.
        data: what to compare with; None: the model's own.
        seeds: how many, for error bars.
        bits: test images whose bits/dim are bounded; each costs T network calls.
        likelihood: held-out samples whose bits/dim the probability-flow ODE knows.
        fid: the InceptionV3 FID as well; it needs ``diffvis[fid]``.
        device: where to compute; None: where the network is.
        settings: of the chain, such as ``sampler="ddim", steps=50, count=1000``.

    Raises:
        UserError: the data are not here or not of the model's shape, or samples are too few.
    """
    own = {name: settings.pop(name) for name in list(settings) if name in chain_settings()}
    made = model_of(model, settings, device)
    if own.get("clip", "") is None:  # as wrap has it
        own["clip"] = "none"
    label = own.get("label", EACH)
    if isinstance(label, str):
        label = class_of(made, label)
    chain = ChainSettings(**{"count": COUNT, **own, "label": label})
    dataset = own_data(made) if data is None else data_of(data)
    work = measured(
        made, dataset, chain, Plan(seeds, bits, fid=fid, likelihood=likelihood), str(where(made))
    )
    return next(found for found in work if isinstance(found, Evaluation))


def own_data(model: Model) -> Dataset:
    """The data that a model learned from; nothing is fetched.

    Raises:
        UserError: they are not here.
    """
    try:
        return open_dataset(model.data, download=False, crawl=False)
    except UserError as error:
        raise UserError(
            f"the data of {model.name} cannot be opened ({error.problem})",
            "give data= with its name or the folder that holds them",
        ) from error
