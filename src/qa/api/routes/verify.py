"""``POST /verify``: whether quotations still stand where they were quoted from."""

from fastapi import APIRouter, Response

from qa.api.dependencies import CurrentVerifying
from qa.api.schemas.verification import MOST_QUOTATIONS, VerifyBody, VerifyResponse
from qa.errors import TooLarge
from qa.verification.quoted import quotations_in

router = APIRouter(tags=["verify"])


@router.post("/verify", summary="Say of quotations whether they stand", response_model=VerifyResponse)
def verify(body: VerifyBody, verifying: CurrentVerifying) -> Response:
    """`intact`: as quoted; `moved`: elsewhere; `changed`: with differences; `gone`: no more; `not_ours`: never was."""
    quotations = [citation.to_quotation() for citation in body.citations] or quotations_in(body.text)
    if len(quotations) > MOST_QUOTATIONS:
        raise TooLarge(f"the text has {len(quotations)} quotations; send at most {MOST_QUOTATIONS} at a time")
    findings, manifest = verifying.verify(quotations)
    return Response(VerifyResponse.of(findings, manifest).model_dump_json(), media_type="application/json")
