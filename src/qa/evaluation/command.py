"""``qa eval``: data sets in, one table out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.answerer import Answerer
from qa.evaluation.baselines import baselines
from qa.evaluation.datasets import Dataset, DatasetError, load_datasets
from qa.evaluation.report import Row, by_variant
from qa.evaluation.run import ask_all, open_dataset, rank_all
from qa.indexer import Indexer
from qa.progress import Progress
from qa.retriever import Retriever


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured, and where the data sets' indexes are kept between runs."""

    indexer: Indexer
    retriever: Retriever
    answerer: Answerer
    folder: Path

    def run(self, folders: Sequence[Path], systems: Sequence[str], only: str, progress: Progress) -> list[Row]:
        """Measure the product, and each named baseline, on every data set.

        Args:
            folders: data sets; one that holds questions alone is asked of all others and expected to be refused.
            systems: baselines to add.
            only: a data set's name, or the beginning of it, to leave the others out; empty for all.
            progress: is shown how far each set is.

        Raises:
            DatasetError: a folder is no data set, or an unknown baseline.
        """
        known = baselines(self.retriever)
        if unknown := set(systems) - set(known):
            raise DatasetError(f"no baseline {', '.join(sorted(unknown))}; known: {', '.join(known)}")
        sets = [dataset for folder in folders for dataset in load_datasets(folder)]
        foreign = [dataset for dataset in sets if not dataset.documents]
        rows: list[Row] = []
        for dataset in sets:
            if dataset.documents and dataset.name.startswith(only):
                rows += self._measure(dataset, foreign, systems, progress)
        return rows

    def _measure(
        self, dataset: Dataset, foreign: Sequence[Dataset], systems: Sequence[str], progress: Progress
    ) -> list[Row]:
        snapshot = open_dataset(dataset, self.indexer, self.folder, progress)
        outcomes = ask_all(dataset, snapshot, self.answerer, progress)
        rows = by_variant(dataset.name, "qa", outcomes)
        for system in systems:
            rows += by_variant(dataset.name, system, rank_all(dataset, snapshot, baselines(self.retriever)[system]))
        own = [outcome for outcome in outcomes if outcome.answerable]
        for other in foreign:
            asked = ask_all(other, snapshot, self.answerer, progress)
            rows.append(Row(f"{dataset.name} + {other.name}", "qa", (*own, *asked)))
        return rows
