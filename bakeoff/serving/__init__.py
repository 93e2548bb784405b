"""The front: asks every contestant of the promoted run at once, within one budget, and shapes the answer.

Goes into Lambda as it stands, so it imports the standard library, botocore and urllib3 only.
"""
