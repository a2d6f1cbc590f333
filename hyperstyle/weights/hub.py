"""Downloads from the model hub, with the functions of its client, huggingface_hub.

Its `hf_hub_download` is not used, because it discards an interrupted download when it gives up, and retries for most of
a minute without a network. Files in the client's own cache are used in place.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import (  # type: ignore[attr-defined]
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,  # httpx's in version 1 of the client, httpx2's in version 2
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]
from tqdm import tqdm  # type: ignore[import-untyped]

from hyperstyle.weights.checking import sha256_of
from hyperstyle.weights.progress import Progress
from hyperstyle.weights.weight_sources import Hub, Unavailable, Unreachable, Weight


def cached(source: Hub) -> Path | None:
    """Return the path of the file in the hub client's cache, not verified, or None."""
    path = try_to_load_from_cache(source.repo, source.file, revision=source.revision, repo_type=source.repo_type)
    return Path(path) if isinstance(path, str) else None


def download(source: Hub, weight: Weight, folder: Path, progress: Progress) -> Path:
    """Download the file into `folder` under a temporary name, resuming an interrupted download."""
    url = hf_hub_url(
        source.repo, source.file, repo_type=source.repo_type, revision=source.revision, endpoint=source.endpoint
    )
    with _translate_errors():
        offered = get_hf_file_metadata(url, endpoint=source.endpoint)
    etag = offered.etag or ""
    # The ETag of a large file is its sha256, so a wrong file is refused before the download.
    sha256 = etag if re.fullmatch("[0-9a-f]{64}", etag) else ""
    if sha256 and not sha256.startswith(weight.sha256):
        raise Unavailable(f"offers another file: sha256 {weight.sha256} expected, {sha256} offered")

    # The ETag in the name prevents resuming with another file's bytes.
    part = folder / f"{weight.filename}.{re.sub('[^0-9A-Za-z]', '', etag)[:16]}.part"
    with part.open("ab") as file, _translate_errors():
        http_get(
            url,
            file,
            resume_size=file.tell(),
            headers=build_hf_headers(),
            expected_size=offered.size,
            tqdm_class=_progress_bar(progress),
        )
    if sha256 and not weight.sha256 and sha256_of(part) != sha256:
        part.unlink()
        raise Unavailable(f"sent other bytes than the sha256 {sha256} it announced; they were dropped")
    return part


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise the client's errors as `Unavailable` with a few words; let those of the disk and of `progress` pass."""
    try:
        yield
    except OfflineModeIsEnabled:
        raise Unreachable("switched off by HF_HUB_OFFLINE") from None
    except GatedRepoError:
        raise Unavailable("gated: accept its terms on its page and set HF_TOKEN") from None
    except RepositoryNotFoundError:
        raise Unavailable("no such repository, or a private one that needs HF_TOKEN") from None
    except (EntryNotFoundError, RevisionNotFoundError):
        raise Unavailable("the file is no longer there (404)") from None
    except HfHubHTTPError as error:
        raise Unavailable(_refusal(error.response.status_code)) from None
    except HTTPError as error:
        raise Unreachable(f"connection failed ({_first_line(error)})") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise Unreachable(f"broke off ({_first_line(error)})") from None


def _refusal(status: int) -> str:
    """Return words about an HTTP error status."""
    if status in (401, 403):
        return f"access refused ({status}): set HF_TOKEN to a token that may read it"
    return f"answers with an error ({status})"


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]


def _progress_bar(progress: Progress) -> type[Any]:
    """Return a tqdm class, as the client wants one, that draws nothing and calls `progress`."""

    class SilentBar(tqdm):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:  # noqa: ANN401
            super().__init__(**options | {"disable": True})

        def update(self, n: float | None = 1) -> None:
            self.n += n
            progress(self.n, self.total)

    return SilentBar
