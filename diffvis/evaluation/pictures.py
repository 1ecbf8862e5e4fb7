"""The figures of samples of images."""

from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from diffvis.evaluation.classifier import Classifier
from diffvis.evaluation.compared import as_asked
from diffvis.evaluation.distances import energy_distance, sliced_wasserstein
from diffvis.evaluation.figures import SAMPLES, Figures
from diffvis.evaluation.frechet import frechet_distance
from diffvis.evaluation.inception import inception_fid
from diffvis.evaluation.neighbours import nearest_distances, precision_and_recall

PAIRS = 2_000
"""Images of what looks at all pairs."""


@dataclass(frozen=True, eq=False)
class Judge:
    """What images are compared with, looked at once for all seeds.

    All images are (N, C, H, W) in [-1, 1].
    """

    reference: Tensor
    """Images that nothing was trained on, in random order: some figures look at the first."""
    reference_labels: Tensor | None
    train: Tensor
    train_labels: Tensor | None
    classifier: Classifier | None
    fid: bool = False
    device: str = "cpu"
    seen: dict[str, list[Tensor]] = field(default_factory=dict)
    """The classes that the classifier saw of each seed, where none was asked for; by column."""
    chance: Generator = field(default_factory=lambda: Generator().manual_seed(0))
    """Which of the reference stand beside the samples of each seed."""

    def measure(self, figures: Figures, compared: dict[str, Tensor], asked: Tensor | None) -> None:
        """Add the figures of one seed.

        Args:
            compared: images by column: ``samples``, ``data`` and ``noise``.
            asked: the class that was asked of each sample (N,).
        """
        reference = self.reference
        pixels = {
            "sliced_wasserstein": ("sliced Wasserstein distance of pixels", sliced_wasserstein),
            "energy": ("energy distance of pixels", energy_distance),
        }
        for key, (title, distance) in pixels.items():
            found = {n: distance(x[:PAIRS], reference[:PAIRS]) for n, x in compared.items()}
            figures.add(key, title, measured=found)
        if self.classifier is not None:
            self._by_features(figures, compared, asked, self.classifier)
        if self.fid:
            found = {n: inception_fid(x, reference, self.device) for n, x in compared.items()}
            figures.add("fid", "FID (InceptionV3)", measured=found, digits=2)
        self._memorised(figures, compared[SAMPLES][:PAIRS], asked)

    def _by_features(
        self,
        figures: Figures,
        compared: dict[str, Tensor],
        asked: Tensor | None,
        classifier: Classifier,
    ) -> None:
        expected = classifier.features(self.reference)
        features = {name: classifier.features(x) for name, x in compared.items()}
        where = f"({classifier.name} classifier features)"
        figures.add(
            "frechet",
            f"Fréchet distance {where}",
            measured={name: frechet_distance(f, expected) for name, f in features.items()},
        )
        found = {
            name: precision_and_recall(f[:PAIRS], expected[:PAIRS]) for name, f in features.items()
        }
        for place, name in enumerate(("precision", "recall")):
            figures.add(
                name,
                f"{name} (k = 3, {classifier.name} classifier features)",
                measured={column: pair[place] for column, pair in found.items()},
                better="equal",
                unit="%",
                digits=1,
            )
        said = classifier.classify_features(features[SAMPLES])
        if asked is not None:
            measured = {SAMPLES: float((said == asked).double().mean())}
            if self.reference_labels is not None:
                truly = classifier.classify_features(expected) == self.reference_labels
                measured["data"] = float(truly.double().mean())
            title = f"classified as asked ({classifier.name} classifier)"
            figures.add("accuracy", title, measured=measured, better="higher", unit="%", digits=2)
        elif self.train_labels is not None:
            self.seen.setdefault(SAMPLES, []).append(said)
            self.seen.setdefault("data", []).append(classifier.classify_features(features["data"]))

    def measure_balance(self, figures: Figures) -> None:
        """Add how far the classes' shares are from those of the whole training set, at most: of
        all seeds together, since chance makes it large where samples are few."""
        if not self.seen:
            return
        kinds = len(self.classifier.classes)

        def shares(labels: Tensor) -> Tensor:
            return torch.bincount(labels, minlength=kinds).double() / len(labels)

        expected = shares(self.train_labels)
        measured = {
            column: 100 * float((shares(torch.cat(parts)) - expected).abs().max())
            for column, parts in self.seen.items()
        }
        count = sum(map(len, self.seen[SAMPLES]))
        title = f"class balance of {count:,}: the farthest share's distance, percentage points"
        figures.add("balance", title, measured=measured, digits=2)

    def _memorised(self, figures: Figures, samples: Tensor, asked: Tensor | None) -> None:
        """Distances to the nearest training image, of samples and of images never trained on."""
        unseen = self._unseen(len(samples), asked)
        by_column = {
            SAMPLES: nearest_distances(samples, self.train),
            "data": nearest_distances(unseen, self.train),
        }
        for key, title, of in (
            ("nearest", "distance to the nearest training image, mean", torch.mean),
            ("nearest_1", "the same, nearest 1 %", lambda d: d.quantile(0.01)),
        ):
            found = {column: float(of(d)) for column, d in by_column.items()}
            figures.add(key, title, measured=found, better="equal", digits=3)

    def _unseen(self, count: int, asked: Tensor | None) -> Tensor:
        """``count`` of the reference, of the classes asked for where these are known: some classes
        lie much closer together than others. Fewer where there are not so many.
        """
        if asked is None or self.reference_labels is None:
            order = torch.randperm(len(self.reference), generator=self.chance)
            return self.reference[order[:count]]
        return self.reference[as_asked(self.reference_labels, asked[:count], self.chance)]
