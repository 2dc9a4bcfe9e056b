"""This computer in the network: its addresses, the way out, and who tells it names.

Read from what the system keeps, never asked of the network: finding this out sends nothing.

    values.py     what there is to know
    addresses.py  own addresses with their masks, on every system
    linux.py      gateways and name servers as Linux keeps them
    macos.py      the same on macOS
    windows.py    the same on Windows
    computer.py   all of it together, shown to a learner
"""
