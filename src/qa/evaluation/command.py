"""``qa eval``: data sets in, one table out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa.answering.answerer import Answerer
from qa.evaluation.baselines import baselines
from qa.evaluation.datasets import Dataset, DatasetError, load_datasets
from qa.evaluation.judged import questions_of
from qa.evaluation.report import Row, by_variant
from qa.evaluation.run import ask_all, open_dataset, rank_all
from qa.index.snapshot import Snapshot, open_current
from qa.indexing.indexer import Indexer
from qa.progress import Progress
from qa.retrieval.retriever import Retriever
from qa.serving.service import require_embedder


@dataclass(frozen=True, slots=True)
class Bench:
    """The parts that are measured, and the folder that keeps the data sets' indexes between runs."""

    indexer: Indexer
    retriever: Retriever
    answerer: Answerer
    folder: Path

    def run(self, paths: Sequence[Path], systems: Sequence[str], only: str, progress: Progress) -> list[Row]:
        """Measure the product, and each named baseline, on every data set.

        Args:
            paths: folders with data sets, and files of questions or judgements, which are asked of the index as it is.
                A folder that holds questions alone is asked of all others and expected to be refused.
            systems: baselines to add.
            only: a data set's name, or the beginning of it, to leave the others out; empty for all.
            progress: is shown how far each set is.

        Raises:
            DatasetError: a folder is no data set, or an unknown baseline.
            QuestionError: a file is not there, or holds no question that can be asked of the index.
            IndexUnusable: there are files, and no index to ask them of.
        """
        known = baselines(self.retriever)
        if unknown := set(systems) - set(known):
            raise DatasetError(f"no baseline {', '.join(sorted(unknown))}; known: {', '.join(known)}")
        sets = [dataset for path in paths if path.is_dir() for dataset in load_datasets(path)]
        foreign = [dataset for dataset in sets if not dataset.documents]
        rows: list[Row] = []
        for dataset in sets:
            if dataset.documents and dataset.name.startswith(only):
                snapshot = open_dataset(dataset, self.indexer, self.folder, progress)
                rows += self._measure(dataset, snapshot, foreign, systems, progress)
        if files := [path for path in paths if not path.is_dir() and path.stem.startswith(only)]:
            snapshot = self._current()
            for dataset in (questions_of(path, snapshot) for path in files):
                rows += self._measure(dataset, snapshot, foreign, systems, progress)
        return rows

    def _current(self) -> Snapshot:
        """The snapshot that a server would answer from now."""
        snapshot, damage = open_current(self.indexer.index)
        if damage is not None:
            raise damage
        require_embedder(snapshot, self.indexer.embedder)
        return snapshot

    def _measure(
        self,
        dataset: Dataset,
        snapshot: Snapshot,
        foreign: Sequence[Dataset],
        systems: Sequence[str],
        progress: Progress,
    ) -> list[Row]:
        outcomes = ask_all(dataset, snapshot, self.answerer, progress)
        rows = by_variant(dataset.name, "qa", outcomes)
        rows[0] = replace(rows[0], notes=dataset.notes)
        for system in systems:
            rows += by_variant(dataset.name, system, rank_all(dataset, snapshot, baselines(self.retriever)[system]))
        own_answerable = [outcome for outcome in outcomes if outcome.answerable]
        for other in foreign:
            asked = ask_all(other, snapshot, self.answerer, progress)
            rows.append(Row(f"{dataset.name} + {other.name}", "qa", (*own_answerable, *asked)))
        return rows
