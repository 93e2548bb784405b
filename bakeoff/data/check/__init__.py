"""Looks at somebody's raw data before anything is deployed: facts, judgements, and a page that shows both."""
