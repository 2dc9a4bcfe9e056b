"""The port map: all 65,536 numbers as one picture. `port_map` is in `views/port_map.py`.

shapes.py    what the map is made of, as plain data
layout.py    where each number stands, and what the registry says of it
laying.py    what learners lay on it: numbers, services, a Trace, this computer's listeners
text.py, figure.py, data.py    three renderers of the one layout: text, picture, page
"""
