"""The documents as a page: what there is, its state, what no answer has ever cited, and how it is changed."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import HTMLResponse

from qa.api.dependencies import CurrentCollections, CurrentJobs, CurrentService, CurrentShown, CurrentUploads, HtmlPages
from qa.api.guard import CurrentGuard
from qa.api.page.listing import FindText, Listing, PageNumber, Sort, list_documents, list_in_order
from qa.api.page.view import View
from qa.api.schemas.changes import FileBody
from qa.corpus.folder import MAX_FILE_BYTES
from qa.corpus.uploads import MAX_FILES, MB
from qa.errors import QAError
from qa.index.snapshot import Snapshot
from qa.types import DocumentEntry, Filters


class CorpusPage:
    """Renders the page for one request."""

    def __init__(
        self,
        service: CurrentService,
        pages: HtmlPages,
        shown: CurrentShown,
        uploads: CurrentUploads,
        jobs: CurrentJobs,
        guard: CurrentGuard,
        collections: CurrentCollections,
        find: FindText = "",
        sort: Sort = "path",
        page: PageNumber = 1,
        collection: Annotated[str, Query(max_length=200)] = "",
    ) -> None:
        self._service, self._pages, self._shown = service, pages, shown
        self._uploads, self._jobs, self._guard = uploads, jobs, guard
        self._find, self._sort, self._page = find, sort, page
        self._collections, self._collection = collections.shown(), collection

    def render(
        self, files: Sequence[FileBody] = (), error: QAError | None = None, deleted: str | None = None
    ) -> HTMLResponse:
        """The page, with what became of an upload, why a change was refused, or what was just deleted."""
        snapshot = self._service.snapshot if self._service.ready else None
        members = self._collections.get(self._collection)
        ids = snapshot.document_ids if snapshot else ()
        return self._pages.render(
            "corpus.html",
            status=_status(files, error),
            here="corpus",
            view=View(),
            snapshot=snapshot,
            manifest=snapshot.manifest if snapshot else None,
            not_opened=self._service.not_opened,
            listed=replace(
                self._listing(snapshot, members),
                collection=self._collection if members else "",
            ),
            collections={name: len(ids) for name, ids in self._collections.items()},
            shown=self._shown,
            unseen=sum(document_id not in self._shown for document_id in ids),
            files=files,
            error=error,
            deleted=deleted if deleted and self._uploads.is_kept(deleted) else None,
            job=self._jobs.current(),
            guard=self._guard,
            max_files=MAX_FILES,
            max_file_mb=MAX_FILE_BYTES // MB,
        )

    def _listing(self, snapshot: Snapshot | None, members: tuple[str, ...] | None) -> Listing:
        if snapshot is not None and not members and self._sort == "path" and not self._find.split():
            return list_in_order(snapshot, self._find, self._page)
        documents: Sequence[DocumentEntry] = snapshot.entries if snapshot else ()
        chosen = list(filter(Filters(members).predicate(), documents)) if members else documents
        return list_documents(chosen, self._shown.__contains__, self._find, self._sort, self._page)


def _status(files: Sequence[FileBody], error: QAError | None) -> int:
    if error is not None:
        return error.status
    return next((file.problem.status for file in files if file.problem), HTTPStatus.OK)


CurrentCorpusPage = Annotated[CorpusPage, Depends()]
