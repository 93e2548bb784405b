class OutputLayer: pass
