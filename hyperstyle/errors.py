"""The one kind of error that is meant for the person in front of the screen."""


class StudioError(Exception):
    """Something the user can act on; the text is one sentence that says what is wrong and what to do.

    The command line prints it as one line and the page shows it as it is, so it never holds a
    traceback, and no path but one the user gave or has to know.
    """
