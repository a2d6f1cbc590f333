"""Downloads from the authors' drive: the last resort, because it refuses a file that too many people have asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gdown
import requests

from hyperstyle.weights.progress import Progress
from hyperstyle.weights.weight_sources import Drive, Unavailable, Unreachable, Weight

TIMEOUT = (5.0, 60.0)  # seconds to connect, and between two chunks


def download(source: Drive, weight: Weight, folder: Path, progress: Progress) -> Path:
    """Download the file into `folder` under a temporary name, resuming an interrupted download."""
    downloaded = folder / f"{weight.filename}.drive"

    def check_size(received: int, total: int | None) -> None:
        if weight.size is not None and total not in (None, weight.size):
            raise Unavailable(f"offers another file: {weight.size} bytes expected, {total} offered")
        progress(received, total)

    with _translate_errors():
        gdown.download(
            url=f"{source.host}/uc?id={source.file_id}",
            output=str(downloaded),
            quiet=True,
            use_cookies=False,
            resume=True,
            progress=check_size,
            timeout=TIMEOUT,
        )
    return downloaded


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise gdown's errors as `Unavailable` with a few words; let those of the disk and of `progress` pass."""
    try:
        yield
    except gdown.exceptions.FileURLRetrievalError:
        raise Unavailable("refuses at present (quota or permission); a browser may still get it") from None
    except gdown.exceptions.DownloadError as error:
        raise Unreachable(f"broke off ({str(error).splitlines()[0]})") from None
    except requests.exceptions.HTTPError as error:
        raise Unavailable(f"answers with an error ({error})") from None
    except requests.exceptions.RequestException as error:
        raise Unreachable(f"connection failed ({type(error).__name__})") from None
