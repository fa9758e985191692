"""Other engines than DuckDB: a server for a trial, the inputs brought there, and every table compared row for row."""
