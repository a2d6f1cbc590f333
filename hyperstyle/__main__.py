"""`python -m hyperstyle ...`: the program without its page."""

from hyperstyle.cli import main

main()
