"""The parts of the page, one file each: from what a run found to sentences, tables and charts."""
