"""The judging room: from a run's figures to school grades, and to what became of the article's claims.

Goes into Lambda as it stands, so it imports the standard library only. docs/grades.md says how grades come about.
"""
