"""`python -m system.cli`: how `ops/bn` starts `bn`, whatever the path of its interpreter looks like."""

from system.cli import main

main()
