"""A packet's headers as bit fields: read once into plain data, then written, drawn or touched.

`reading.read` turns bytes into `shapes.Headers`; the renderers (`text`, `figure`, `data` for the
page) look at nothing else. `portlab.views.header` is what learners call.
"""
