"""`python -m hyperstyle ...`: the command line."""

from hyperstyle.cli import main

main()
