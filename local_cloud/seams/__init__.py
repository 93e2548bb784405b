"""Where the played services are let into MiniStack 1.5.33, one file per seam: it has no plugin interface.

Each seam changes named attributes of MiniStack's modules; tests/unit/local_cloud/test_seams.py holds every one of them
to the shape it needs, so that another version of MiniStack fails there first.
"""
