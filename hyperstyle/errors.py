"""The one kind of error that users see."""


class StudioError(Exception):
    """An error that the user can act on; its text is one sentence that says what is wrong and what to do.

    The command line prints the text as one line and the page shows it as it is. So it has no traceback, and no path
    but those that the user gave or needs to know.
    """
