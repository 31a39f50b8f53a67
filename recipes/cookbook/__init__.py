"""Models of other libraries as tools and reasoners of rr-planner, one library a file."""
