"""The planner as an HTTP service; needs the extra `serve`, and for more than one machine the extra `ray`."""
