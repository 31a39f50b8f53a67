"""The subcommands of `rr-planner`, one a file: `add` tells argparse of it, `run` yields the lines it prints."""
