"""From a recipe back to what it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from diffvis.data.catalogue import NAMED_BY_A_FILE, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model, exact_model, open_model
from diffvis.models.shipped import with_a_model
from diffvis.rendering.course.figure import Sources
from diffvis.rendering.course.registry import figure_named
from diffvis.rendering.identity import identify_model
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.bench import bench_from
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.course import Course
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.nearest import Nearest
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.sample import Samples
from diffvis.rendering.subjects.schedules import Schedules
from diffvis.rendering.subjects.subject import Subject
from diffvis.rendering.subjects.sweep import sweep_from
from diffvis.rendering.subjects.training import Training
from diffvis.rendering.subjects.true_step import TrueStep
from diffvis.rendering.subjects.walks import Walks
from diffvis.sampling.beginning import Beginning
from diffvis.sampling.guides import weaker_model
from diffvis.sampling.settings import ChainSettings
from diffvis.training.config import config_of_run


@dataclass(frozen=True, eq=False)
class Remade:
    """What a recipe was made of, and in what that differs from then."""

    subject: Subject
    spec: ExportSpec
    differences: tuple[str, ...]


def remake(
    recipe: Mapping[str, Any],
    device: torch.device | str = "cpu",
    model: str | None = None,
    data: str | None = None,
) -> Remade:
    """Open the data and models of a recipe (of ``read_recipe``). Nothing is fetched, and no disk is
    searched, because a recipe says so.

    ``model`` names another place of the model, where it has moved; in a comparison that of the side
    whose own is missing. ``data`` names the data.

    Raises:
        UserError: something is missing, or the recipe is not sound.
    """
    differences: list[str] = []
    opened = _Opener(device, model, data, differences)
    try:
        spec = ExportSpec.from_json({**recipe["spec"], "poster": False})  # one file, as named
        subject = opened.subject(recipe)
        if "guide" in recipe:
            guide = opened.guide(recipe["guide"], subject.model, spec.chain)  # type: ignore[attr-defined]
            spec = spec.changed(guide_by=guide)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError("the recipe is not sound", f"{type(error).__name__}: {error}") from error
    if model is not None and not opened.used_model:
        differences.append(f"{model} is not used: no model of the recipe is missing")
    if data is not None and not opened.used_data:
        differences.append(f"{data} is not used: the recipe has no data")
    return Remade(subject, spec, tuple(differences))


class _Opener:
    def __init__(
        self,
        device: torch.device | str,
        model: str | None,
        data: str | None,
        differences: list[str],
    ) -> None:
        self._device = device
        self._model, self._named = model, data
        self._differences = differences
        self._moved: dict[str, str] = {}  # hash and name of the side that ``model`` stands for
        self.used_model = self.used_data = False

    def subject(self, recipe: Mapping[str, Any]) -> Subject:
        what = recipe["what"]
        if what == "forward":
            low, high = map(float, recipe.get("span", (-1, 1)))
            schedule = NoiseSchedule.from_json(recipe["schedule"])
            return Forward(self._data(recipe["data"]), schedule, (low, high))
        if what == "reverse":
            model = self._open(recipe["model"], recipe["schedule"])
            data = self._data(recipe["data"]) if recipe.get("data") is not None else None
            return Reverse(model, _beginning(recipe, model), data)
        if what == "sample":
            return Samples(self._open(recipe["model"], recipe["schedule"]))
        if what == "walks":
            return Walks(NoiseSchedule.from_json(recipe["schedule"]), float(recipe["x0"]))
        if what == "true-reverse":
            schedule = NoiseSchedule.from_json(recipe["schedule"])
            x_t = tuple(map(float, recipe["x_t"]))
            return TrueStep(self._data(recipe["data"]), schedule, x_t, int(recipe["t"]))
        if what == "bench":
            return bench_from(recipe, self._open(recipe["model"], recipe["schedule"]))
        if what == "nearest":
            model = self._open(recipe["model"], recipe["schedule"])
            return Nearest(model, self._data(recipe["data"]), _beginning(recipe, model))
        if what == "compare":
            sides = [self._compared(side) for side in recipe["sides"]]
            return Compare(tuple(sides), _beginning(recipe, sides[0].model))
        if what == "training":
            self.used_model = True
            floor = recipe.get("floor")
            training = Training.open(
                self._model or recipe["run"], recipe.get("until"),
                None if floor is None else float(floor),
            )  # fmt: skip
            now = training.sources()
            then = config_of_run(recipe["config"]).model_dump(mode="json")  # with what is newer
            if now["config"] != then:
                self._differences.append("the run has another configuration than it had")
            if now["sha256"] != recipe.get("sha256", now["sha256"]):
                self._differences.append("the samples or losses of the run are not what they were")
            return training
        if what == "figure":
            return self._course(recipe)
        if what == "sweep":
            return sweep_from(recipe)
        if what == "schedule":
            schedules = tuple(NoiseSchedule.from_json(made) for made in recipe["schedules"])
            if not schedules:
                raise ValueError("it has no schedule")
            told = recipe.get("data")
            names = tuple(map(str, recipe["names"]))
            return Schedules(schedules, names, None if told is None else self._data(told))
        raise UserError(f"the recipe is for {what}", "it comes from another version of diffvis")

    def guide(self, told: Mapping[str, Any], model: Model, settings: ChainSettings) -> str:
        """What is to guide a chain of ``model``: the same step of its run, wherever that is now, or
        the model from the place where it was.
        """
        found = settings.guide_by
        if not found.isdecimal():
            found = str(told["source"])
        if identify_model(weaker_model(model, found, self._device))["sha256"] != told["sha256"]:
            self._differences.append(
                f"what guides, {told['name']}, is not what it was: its weights differ"
            )
        return found

    def _compared(self, side: Mapping[str, Any]) -> ComparedChain:
        model = self._open(side["model"], side["schedule"], one_of_many=True)
        settings = _settings(side["settings"])
        if "guide" in side:
            settings = settings.changed(guide_by=self.guide(side["guide"], model, settings))
        return ComparedChain(model, settings, str(side.get("bug", "")))

    def _course(self, recipe: Mapping[str, Any]) -> Course:
        model = data = None
        if recipe.get("model") is not None:
            model = self._open(recipe["model"], recipe["schedule"])
        if recipe.get("data") is not None:
            data = self._data(recipe["data"])
        return Course(figure_named(recipe["figure"]), Sources(model, data))

    def _data(self, data: Mapping[str, Any]) -> Dataset:
        dataset = self._dataset(data["source"])
        if dataset.fingerprint != data["fingerprint"]:
            self._differences.append(f"the data {data['source']} is not what it was")
        return dataset

    def _dataset(self, source: str) -> Dataset:
        self.used_data = True
        if self._named is not None:
            return open_dataset(self._named)
        try:
            travelled = with_a_model(source)
            return travelled or open_dataset(source, **NAMED_BY_A_FILE)
        except UserError as error:
            raise UserError(
                f"the data {source} of the recipe cannot be opened ({error.problem})",
                "name them with --data, or bring them back",
            ) from error

    def _open(
        self, told: Mapping[str, Any], schedule: Mapping[str, Any], one_of_many: bool = False
    ) -> Model:
        if told.get("members") is not None:
            dataset = self._dataset(told["data"])
            made = NoiseSchedule.from_json(schedule)
            model = exact_model(dataset, made, limit=int(told["members"]))
        elif one_of_many:
            model = self._side(told)
        else:
            model = self._trained(told, self._model or told["source"])
        if identify_model(model)["sha256"] != told["sha256"]:
            self._differences.append(
                f"the model {told['name']} is not what it was: its weights differ"
            )
        return model

    def _side(self, told: Mapping[str, Any]) -> Model:
        """The model of a side, where it was; else, for one of them, where the person says it is."""
        try:
            return self._trained(told, told["source"])
        except UserError:
            if self._model is None:
                raise
        self._moved[told["sha256"]] = told["name"]
        if len(self._moved) > 1:
            raise UserError(
                f"the models {' and '.join(self._moved.values())} of the recipe are missing",
                "put one of them back: --model names one only",
            )
        return self._trained(told, self._model)

    def _trained(self, told: Mapping[str, Any], source: str | None) -> Model:
        self.used_model |= source == self._model
        if source is None:
            raise UserError(
                f"the recipe does not say where the model {told['name']} is",
                "name it with --model",
            )
        try:
            return open_model(source, self._device)
        except UserError as error:
            raise UserError(
                f"the model {told['name']} of the recipe is missing ({error.problem})",
                "put it back, or name another with --model",
            ) from error


def _settings(told: Mapping[str, Any]) -> ChainSettings:
    return ChainSettings(**{"noise": "together", **told})  # as before each had its own


def _beginning(recipe: Mapping[str, Any], model: Model) -> Beginning | None:
    told = recipe.get("beginning")
    if told is None:
        return None
    found = Beginning.from_json(told)
    if tuple(found.x0.shape) != tuple(model.shape):
        raise ValueError("the chain begins with a sample of another shape")
    return found
