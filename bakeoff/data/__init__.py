"""The data room: raw files in, one frozen split with matrices, documents and requests out. No torch, no AWS client."""
