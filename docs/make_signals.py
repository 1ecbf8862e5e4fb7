"""Writes docs/signals.md, who emits and who listens, again: python docs/make_signals.py

It reads the code and runs none of it. What an expression is follows from annotations and from what
is assigned; what is in a container counts as the container.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).with_name("signals.md")
HEAD = """# Signals

Who emits and who listens, of the signals that `diffvis/app` declares; those of Qt's own widgets are
left out. A signal that is passed on is heard by another signal. Made from the code by
`python docs/make_signals.py`; a test fails where it differs.
"""
CONTAINERS = ("values", "items", "get", "pop")  # what is asked of a container gives what is in it
OF_QT = {"clicked"}  # is declared here, too, but mostly that of a button
Function = ast.FunctionDef | ast.Lambda


@dataclass(frozen=True)
class SignalOf:
    """A signal, by the class that declares it."""

    owner: str
    name: str


Kinds = frozenset[str | SignalOf]
"""What an expression can be: full names of classes and functions, and signals."""
NOTHING: Kinds = frozenset()


@dataclass
class Class:
    """What is known of a class."""

    name: str
    path: Path
    bases: tuple[str, ...]
    signals: dict[str, str] = field(default_factory=dict)
    """What each carries."""
    methods: dict[str, ast.FunctionDef] = field(default_factory=dict)
    given: dict[str, list[tuple[ast.expr, ast.FunctionDef | None]]] = field(default_factory=dict)
    """What its attributes are: annotations and values, and where they stand."""


@dataclass
class Use:
    """Who emits a signal, and who hears it."""

    emitted: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)


class Code:
    """The classes of a folder, and what their expressions are."""

    def __init__(self, root: Path, folder: str) -> None:
        self.classes: dict[str, Class] = {}
        self.uses: dict[SignalOf, Use] = {}
        self.unclear: list[str] = []
        self._names: dict[str, dict[str, str]] = {}
        self._functions: dict[str, ast.FunctionDef] = {}
        self._known: dict[tuple[str, str], Kinds] = {}
        self._locals: dict[tuple[int, str], list[ast.expr]] = {}
        trees = {}
        for path in sorted((root / folder).rglob("*.py")):
            module = ".".join(path.relative_to(root).with_suffix("").parts)
            text = path.read_text(encoding="utf-8")
            trees[module] = ast.parse(text)
            self._read(module, path.relative_to(root), trees[module], text.splitlines())
        for known in self.classes.values():
            for name in known.signals:
                self.uses[SignalOf(known.name, name)] = Use()
        for known in self.classes.values():
            for method in known.methods.values():
                self._listen(known, method)

    # --- what there is -------------------------------------------------------------------

    def _read(self, module: str, path: Path, tree: ast.Module, lines: list[str]) -> None:
        names = self._names[module] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                names[node.name] = f"{module}.{node.name}"
            if isinstance(node, ast.FunctionDef):
                self._functions[names[node.name]] = node
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                bases = tuple(names.get(ast.unparse(base), "") for base in node.bases)
                made = self.classes[names[node.name]] = Class(names[node.name], path, bases)
                for part in node.body:
                    self._read_part(made, part, lines)

    def _read_part(self, made: Class, part: ast.stmt, lines: list[str]) -> None:
        if isinstance(part, ast.FunctionDef):
            made.methods[part.name] = part
            asked = {ast.unparse(each).rpartition(".")[2] for each in part.decorator_list}
            if asked & {"property", "cached_property"} and part.returns is not None:
                made.given.setdefault(part.name, []).append((part.returns, None))
            for target, value in _assigned(part):
                if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                    made.given.setdefault(target.attr, []).append((value, part))
            return
        match part:
            case ast.AnnAssign(ast.Name(name), annotation):
                made.given.setdefault(name, []).append((annotation, None))
            case ast.Assign([ast.Name(name)], ast.Call(ast.Name("Signal"), args)):
                says = lines[part.end_lineno - 1].partition("#")[2].strip()
                carries = ", ".join(map(ast.unparse, args))
                made.signals[name] = ": ".join(filter(None, (carries, says)))

    # --- what an expression is -----------------------------------------------------------

    def _attribute(self, owner: str, name: str) -> Kinds:
        key = owner, name
        if key in self._known or owner not in self.classes:
            return self._known.get(key, NOTHING)
        self._known[key] = NOTHING  # one that is made of itself says nothing new
        known = self.classes[owner]
        found = set()
        if name in known.signals:
            found = {SignalOf(owner, name)}
        elif name in known.given:
            for value, where in known.given[name]:
                found |= self._kinds(value, known, where)
        elif name in known.methods:
            found = {f"{owner}.{name}"}
        for base in known.bases:
            found = found or set(self._attribute(base, name))
        self._known[key] = frozenset(found)
        return self._known[key]

    def _kinds(self, node: ast.expr | None, known: Class, where: ast.FunctionDef | None) -> Kinds:
        """What an expression in a function, or an annotation, can be."""
        module = known.name.rpartition(".")[0]
        match node:
            case ast.Name("self"):
                return frozenset({known.name})
            case ast.Name(name):
                local = self._local(name, known, where)
                return local or frozenset({self._names[module].get(name, "")} - {""})
            case ast.Constant(str(text)):
                return self._kinds(_parsed(text), known, where)
            case ast.Attribute(value, name):
                owners = self._kinds(value, known, where)
                found = (self._attribute(o, name) for o in owners if isinstance(o, str))
                return NOTHING.union(*found)
            case ast.Call(ast.Attribute(value, name)) if name in CONTAINERS:
                return self._kinds(value, known, where)
            case ast.Call(ast.Attribute(_, "findChild" | "findChildren"), [kind, *_]):
                return self._kinds(kind, known, where)
            case ast.Call(func):
                return NOTHING.union(*map(self._returned, self._kinds(func, known, where)))
            case ast.Subscript(ast.Name("dict" | "Mapping"), ast.Tuple([_, value])):
                return self._kinds(value, known, where)
            case ast.Subscript(ast.Name(), inside) if where is None:
                return self._kinds(inside, known, where)
            case ast.Subscript(value):
                found = self._kinds(value, known, where)
                items = (self._attribute(f, "__getitem__") for f in found if isinstance(f, str))
                return NOTHING.union(*map(self._returned, NOTHING.union(*items))) or found
            case ast.BinOp(left, _, right):
                return self._kinds(left, known, where) | self._kinds(right, known, where)
            case ast.BoolOp(values=parts) | ast.Tuple(parts) | ast.List(parts):
                return NOTHING.union(*(self._kinds(part, known, where) for part in parts))
            case ast.DictComp(value=value) | ast.ListComp(elt=value) | ast.GeneratorExp(elt=value):
                return self._kinds(value, known, where)
            case ast.Dict(values=parts):
                return NOTHING.union(*(self._kinds(part, known, where) for part in parts))
            case ast.IfExp(body=one, orelse=other):
                return self._kinds(one, known, where) | self._kinds(other, known, where)
            case ast.Starred(value) | ast.NamedExpr(value=value):
                return self._kinds(value, known, where)
        return NOTHING

    def _returned(self, called: str | SignalOf) -> Kinds:
        """What a class or a function gives when it is called."""
        if isinstance(called, SignalOf) or called in self.classes:
            return frozenset({called}) if isinstance(called, str) else NOTHING
        owner, _, name = called.rpartition(".")
        if owner in self.classes:
            return self._kinds(self.classes[owner].methods[name].returns, self.classes[owner], None)
        if called in self._functions:
            home = Class(called, Path(), ())  # whose module is that of the function
            return self._kinds(self._functions[called].returns, home, None)
        return NOTHING

    def _local(self, name: str, known: Class, where: ast.FunctionDef | None) -> Kinds:
        if where is None:
            return NOTHING
        key = id(where), name
        if key not in self._locals:
            args = (a for f in _functions(where) for a in (*f.args.args, *f.args.kwonlyargs))
            found = [a.annotation for a in args if a.arg == name and a.annotation is not None]
            found += [value for target, value in _assigned(where) if ast.unparse(target) == name]
            self._locals[key] = found
        values, self._locals[key] = self._locals[key], []  # again while it is being found out
        kinds = NOTHING.union(*(self._kinds(value, known, where) for value in values))
        self._locals[key] = values
        return kinds

    # --- who emits, who listens ----------------------------------------------------------

    def _listen(self, known: Class, method: ast.FunctionDef) -> None:
        here = f"{_short(known.name)}.{method.name}"
        names = {name for each in self.classes.values() for name in each.signals}
        for node in ast.walk(method):
            match node:
                case ast.Attribute(signal, "emit"):  # called, or handed to who will call it
                    for each in self._signals(signal, known, method):
                        self.uses[each].emitted.add(here)
                case ast.Call(ast.Attribute(signal, "connect"), [to, *_]):
                    found = self._signals(signal, known, method)
                    for each in found:
                        self._hear(each, to, known, method, here)
                    if isinstance(signal, ast.Attribute) and not found:
                        if signal.attr in names - OF_QT:
                            self.unclear.append(f"{here}: {ast.unparse(signal)}")
                        says = ast.unparse(signal)
                        own = says.startswith("self.")
                        says = f"{_short(known.name)}{says.removeprefix('self')}" if own else here
                        for passed in self._signals(to, known, method):
                            self.uses[passed].emitted.add(says)

    def _signals(self, node: ast.expr, known: Class, method: ast.FunctionDef) -> list[SignalOf]:
        found = self._kinds(node, known, method)
        return [each for each in found if isinstance(each, SignalOf)]

    def _hear(
        self, signal: SignalOf, to: ast.expr, known: Class, method: ast.FunctionDef, here: str
    ) -> None:
        """Somebody listens; a signal that passes another one on emits, too."""
        if isinstance(to, ast.Call) and ast.unparse(to.func) == "partial":
            to = to.args[0]
        if isinstance(to, ast.Attribute) and to.attr == "emit":
            to = to.value
        for kind in self._kinds(to, known, method) or {here}:
            if isinstance(kind, SignalOf):
                self.uses[kind].emitted.add(_of(signal))
                self.uses[signal].heard.add(_of(kind))
            elif isinstance(to, ast.Attribute) and kind.endswith(f".{to.attr}"):
                self.uses[signal].heard.add(_short(kind, 2))
            else:
                self.uses[signal].heard.add(here)


def _assigned(function: Function) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is assigned to what in it; of what is taken apart, each part is all of it."""
    for node in ast.walk(function):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        match node:
            case ast.AnnAssign(target, annotation, value):
                pairs = [(target, annotation), *([(target, value)] if value is not None else [])]
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
                pairs = list(zip(targets, values, strict=True))
            case ast.Assign(targets, value):
                pairs = [(target, value) for target in targets]
            case ast.For(target, value) | ast.comprehension(target, value):
                pairs = [(target, value)]
            case ast.NamedExpr(target, value):
                pairs = [(target, value)]
        for target, value in pairs:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from ((part, value) for part in parts)


def _functions(function: Function) -> Iterator[Function]:
    """It and those in it."""
    return (node for node in ast.walk(function) if isinstance(node, ast.FunctionDef | ast.Lambda))


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _short(name: str, parts: int = 1) -> str:
    return ".".join(name.split(".")[-parts:])


def _of(signal: SignalOf) -> str:
    return f"{_short(signal.owner)}.{signal.name}"


def page(code: Code) -> str:
    """The page that says it, a table for each class."""
    text = HEAD
    for known in sorted(code.classes.values(), key=lambda each: (str(each.path), each.name)):
        if known.signals:
            text += f"\n## {_short(known.name)}\n\n`{known.path.as_posix()}`\n\n"
            text += "| signal | carries | emitted by | heard by |\n|---|---|---|---|\n"
        for name, carries in known.signals.items():
            use = code.uses[SignalOf(known.name, name)]
            text += f"| `{name}` | {carries} | {_listed(use.emitted)} | {_listed(use.heard)} |\n"
    return text


def _listed(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def main() -> None:
    code = Code(ROOT, "diffvis/app")
    PAGE.write_text(page(code), encoding="utf-8")
    print(PAGE, *code.unclear, sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
