"""What a candidate needs to answer: it is searched with this code, and its archives hold a copy of it."""
