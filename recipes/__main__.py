"""Makes the files in models/ again: python -m recipes COMMAND."""

import argparse
import sys
from pathlib import Path

from diffvis.cli.outcome import outcome
from diffvis.errors import require_one_of
from recipes.models import RECIPES


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m recipes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="train a model into a run folder, or go on")
    training.add_argument("name", choices=RECIPES)
    training.add_argument("--out", type=Path, required=True)
    training.add_argument("--data", help="where the data is, if the catalogue does not know")
    training.add_argument("--steps", type=int, help="of the last training")
    kind = training.add_mutually_exclusive_group()
    kind.add_argument(
        "--from", dest="start_from", metavar="MODEL", help="a model whose weights it begins with"
    )
    kind.add_argument(
        "--baseline", action="store_true", help="the network that courses teach, for comparison"
    )
    classifier = commands.add_parser("classifier", help="train the judge of a data set's samples")
    classifier.add_argument("name")
    classifier.add_argument("--data", help="where the data is, if the catalogue does not know")
    classifier.add_argument("--epochs", type=int)
    shipping = commands.add_parser("ship", help="make the folder in models/ of a run")
    shipping.add_argument("run", type=Path)
    shipping.add_argument("name", choices=RECIPES)
    shipping.add_argument("--data", help="where the data is, if the catalogue does not know")
    shipping.add_argument("--count", type=int, default=1_000, help="images to judge")
    shipping.add_argument("--seeds", type=int, default=3)
    shipping.add_argument("--full", type=int, default=0, help="images of the whole chain to judge")
    pictures = commands.add_parser("pictures", help="write those of its training that travel along")
    pictures.add_argument("name", choices=[n for n, recipe in RECIPES.items() if recipe.passed_on])
    pictures.add_argument("--data", help="where the data is, if the catalogue does not know")
    card = commands.add_parser("card", help="write the card again of what was measured")
    card.add_argument("name", choices=RECIPES)
    card.add_argument("--measure", nargs="+", default=[], metavar="KEY", help="to measure anew")
    card.add_argument("--draw", action="store_true", help="draw the pictures of samples anew")
    card.add_argument("--data", help="where the data is, if the catalogue does not know")
    card.add_argument("--count", type=int, default=1_000, help="images to judge")
    card.add_argument("--seeds", type=int, default=3)
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    if arguments.command == "train":
        from recipes.training import train

        train(
            arguments.name,
            arguments.out,
            arguments.data,
            arguments.steps,
            arguments.baseline,
            arguments.start_from,
        )
    elif arguments.command == "ship":
        from recipes.ship import ship

        folder = ship(
            arguments.run,
            arguments.name,
            arguments.data,
            arguments.count,
            arguments.seeds,
            arguments.full,
        )
        print(f"{folder} is ready; its card is {folder / 'card.md'}")
    elif arguments.command == "card":
        from recipes.ship import draw_again, measure_again, rewrite

        if arguments.draw:
            draw_again(arguments.name)
        if arguments.measure:
            measure_again(
                arguments.name,
                arguments.measure,
                arguments.data,
                arguments.count,
                arguments.seeds,
            )
        rewrite(arguments.name)
    elif arguments.command == "pictures":
        from recipes.passed_on import pass_on

        pass_on(arguments.name, arguments.data)
    elif arguments.command == "classifier":
        from recipes.classifier import RECIPES as CLASSIFIERS
        from recipes.classifier import make_classifier

        require_one_of("classifier", arguments.name, tuple(CLASSIFIERS))
        make_classifier(arguments.name, arguments.data, arguments.epochs)


if __name__ == "__main__":
    sys.exit(outcome(main))
