"""The charts: Vega-Lite specifications by Altair, drawn as SVG when the page is written."""
