"""The one kind of error that users see, and the sentence for all others."""


class StudioError(Exception):
    """An error that the user can act on; its text is one sentence that says what is wrong and what to do.

    The command line prints the text as one line and the page shows it as it is. So it has no traceback, and no path
    but those that the user gave or needs to know.
    """


def unexpected(error: Exception) -> str:
    """Return the sentence for a bug that one photo of a thousand triggers: it must not end the whole run."""
    return f"unexpected {type(error).__name__} ({error}): `invert` on this photo alone shows where"
