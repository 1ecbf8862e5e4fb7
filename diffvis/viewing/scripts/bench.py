"""A tool of the Bench as a script."""

from diffvis.bench.task import Task
from diffvis.bench.tool import Tool
from diffvis.data.naming import slug
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.settings import EVERY_CLASS, chain_settings
from diffvis.settings import settings_of
from diffvis.viewing.scripts.network import model_expression


def bench_script(model: Model) -> str:
    """Raises UserError: a tool takes more than a page."""
    raise UserError(
        f"a tool of the Bench with {model.name} takes more than a page of plain PyTorch",
        "copy it as Python with diffvis",
    )


def short_bench_script(tool: Tool, task: Task, picture: str, data: str) -> str:
    """The same with diffvis: the pictures that a script cannot hold are ellipses.

    ``picture`` is what people call it, ``data`` the source of those that it may be a number of.
    """
    declared, model = settings_of(type(tool)), task.model
    own = {n: v for n, v in tool.model_dump().items() if v != declared[n].default}
    chain = {
        name: value
        for name, value in task.chain.model_dump().items()
        if name in ("sampler", "steps", "count", "seed") or value != chain_settings()[name].default
    }
    if "label" in chain:
        chain["label"] = "each" if chain["label"] == EVERY_CLASS else chain["label"]
    lines = ["import diffvis", "", f"model = {model_expression(model)}"]
    given = []
    for want, name, at in (("picture", "picture", 0), ("second", "other", 1)):
        if want not in tool.wants:
            continue
        words = picture.split(" and ")[at] if picture.count(" and ") >= at else picture
        number = words.removeprefix("no. ").replace(",", "")
        sample = words.removeprefix("its own sample ")
        if number.isdecimal() and words != number:
            value = number
            if data != model.data and f"data={data!r}" not in given:
                given.append(f"data={data!r}")
        elif sample.isdecimal() and words != sample:
            value = repr(f"sample {sample}")
        else:
            lines.append(f"{name} = ...  # {words}: in model units {tuple(model.shape)}, or a path")
            value = name
        given.append(f"{name}={value}")
    if "known" in tool.wants and task.known is not None:
        lines.append(f"mask = ...  # bool {tuple(task.known.shape)}: True where values are known")
        given.append("mask=mask")
    if "normal" in tool.wants and task.normal is not None:
        given.append(f"normal={len(task.normal)}")
    named = ", ".join([*given, *(f"{n}={v!r}" for n, v in {**own, **chain}.items())])
    function = tool.name.replace("-", "_")
    return "\n".join(
        [
            *lines,
            f"work = diffvis.{function}(model, {named})",
            "print(work)",
            f"work.export({slug(f'{model.name}-{tool.name}') + '.png'!r})",
            "",
        ]
    )
