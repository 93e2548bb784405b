"""The training room: fits a recommender on a prepared folder and writes its archive. No AWS client."""
