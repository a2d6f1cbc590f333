"""`python -m hyperstyle ...`: the command line."""

from hyperstyle.cli.commands import main

main()
