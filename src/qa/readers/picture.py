"""Pictures of text: ``.png``, ``.jpg``, ``.tif``; they hold no words, which are recognised (``scans``)."""

import base64
import io
from math import sqrt

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from qa.errors import UnreadableFile
from qa.readers.scanned import ADVICE, Scanned

MOST_PIXELS = 12_000_000  # of a page that is recognised: A4 at 300 dots an inch has 8.7 million
MOST_PAGES = 500
Image.MAX_IMAGE_PIXELS = 100_000_000


def read_picture(document_id: str, content: bytes) -> list[Scanned]:
    """Say how many pages wait to be recognised.

    Raises:
        UnreadableFile: it is no picture that can be opened.
    """
    with _opened(content) as picture:
        pages = getattr(picture, "n_frames", 1)
    if pages > MOST_PAGES:
        raise UnreadableFile(f"it has {pages:,} pages, more than {MOST_PAGES}; split it")
    return [Scanned(document_id, f"it is a picture without words; {ADVICE}", tuple(range(pages)))]


def picture_page(content: bytes, number: int) -> str:
    """A page of a picture, upright, as PNG in base64.

    Raises:
        UnreadableFile: it cannot be opened, or is damaged.
    """
    with _opened(content) as picture:
        try:
            frame = next(frame for page, frame in enumerate(ImageSequence.Iterator(picture)) if page == number)
            upright = ImageOps.exif_transpose(frame).convert("RGB")
        except (OSError, ValueError, StopIteration, Image.DecompressionBombError) as error:
            raise UnreadableFile("the picture is damaged or cut off; get it again from its source") from error
    pixels = upright.width * upright.height
    if pixels > MOST_PIXELS:
        scale = sqrt(MOST_PIXELS / pixels)
        upright = upright.resize((max(int(upright.width * scale), 1), max(int(upright.height * scale), 1)))
    written = io.BytesIO()
    upright.save(written, "PNG", compress_level=1)
    return base64.b64encode(written.getvalue()).decode("ascii")


def _opened(content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content))
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UnreadableFile("the picture is damaged, or of a kind that is not read") from error
