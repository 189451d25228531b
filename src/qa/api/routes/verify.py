"""``POST /verify``: whether quotations still stand where they were quoted from."""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from qa.api.admission import take_turn
from qa.api.dependencies import CurrentVerifying
from qa.api.schemas.verification import VerifyBody, VerifyResponse, check_amount
from qa.verification.quoted import quotations_in
from qa.verification.records import Finding, Quotation

TURN_LETTERS = 10_000  # 0.1 s of work, before others have their turn
TURN_QUOTATIONS = 100

router = APIRouter(tags=["verify"])


@router.post("/verify", summary="Say of quotations whether they stand", response_model=VerifyResponse)
async def verify(body: VerifyBody, request: Request, verifying: CurrentVerifying) -> Response:
    """`intact`: as quoted; `moved`: elsewhere; `changed`: with differences; `gone`: no more; `not_ours`: never was."""
    quotations = await run_in_threadpool(_quotations, body)
    check_amount(quotations)
    verifier, manifest = await run_in_threadpool(verifying.current)
    found: list[Finding] = []
    for part in _parts(quotations):
        found += await run_in_threadpool(verifier.find, part)
        await take_turn(request.scope)
    findings = await run_in_threadpool(verifier.settle, found)
    content = await run_in_threadpool(lambda: VerifyResponse.of(findings, manifest).model_dump_json())
    return Response(content, media_type="application/json")


def _quotations(body: VerifyBody) -> Sequence[Quotation]:
    return [citation.to_quotation() for citation in body.citations] or quotations_in(body.text)


def _parts(quotations: Sequence[Quotation]) -> Iterator[Sequence[Quotation]]:
    """The quotations in their order, as many at a time as one turn takes."""
    part: list[Quotation] = []
    letters = 0
    for quotation in quotations:
        if part and (len(part) == TURN_QUOTATIONS or letters + len(quotation.text) > TURN_LETTERS):
            yield part
            part, letters = [], 0
        part.append(quotation)
        letters += len(quotation.text)
    if part:
        yield part
