"""Getting a file from its authors' drive: the last resort, because drives refuse once many people have asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gdown
import requests

from hyperstyle.weights.progress import Progress
from hyperstyle.weights.weight_sources import Drive, Unavailable, Unreachable, Weight

TIMEOUT = (5.0, 60.0)  # seconds to connect, and between two pieces


def download(source: Drive, weight: Weight, folder: Path, progress: Progress) -> Path:
    """Bring the file into `folder` under a temporary name, going on with what an earlier attempt left there."""
    arrived = folder / f"{weight.filename}.drive"

    def watch(here: int, total: int | None) -> None:
        if weight.size is not None and total not in (None, weight.size):
            raise Unavailable(f"offers another file: {weight.size} bytes expected, {total} offered")
        progress(here, total)

    with _explained():
        gdown.download(
            url=f"{source.host}/uc?id={source.file_id}",
            output=str(arrived),
            quiet=True,
            use_cookies=False,
            resume=True,
            progress=watch,
            timeout=TIMEOUT,
        )
    return arrived


@contextmanager
def _explained() -> Iterator[None]:
    """Turn gdown's errors into a few words; the disk's own errors and the caller's pass."""
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
