"""Other people's files as predictions tables: delimited rows, RecBole's atomic files, TREC runs, JSON lines."""
