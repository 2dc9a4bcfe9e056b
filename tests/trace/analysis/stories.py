"""One short conversation for each conclusion: what is sent, and what an observer makes of it."""

HANDSHAKE = """
    > S 0 0 scale=0
    < SA 0 1 scale=0
    > A 1 1
"""

FROM_EITHER_SIDE = {
    "a retransmission": """
        > A 1 1 len=100
        > A 1 1 len=100 t=1       : retransmission
    """,
    "a retransmission of a part, with more behind it": """
        > A 1 1 len=100
        > A 101 1 len=100
        > A 101 1 len=300 t=1     : retransmission
    """,
    "one byte sent again": """
        > A 1 1 len=1
        > A 1 1 len=1 t=1         : retransmission
        < A 1 2
        < A 1 2                   : duplicate ACK
    """,
    "one byte sent again, with more behind it": """
        > A 1 1 len=1
        > A 1 1 len=100 t=1       : retransmission
        < A 1 101
    """,
    "a fast retransmission": """
        > A 1 1 len=100
        < A 1 101
        > A 101 1 len=100
        > A 201 1 len=100
        > A 301 1 len=100
        > A 401 1 len=100
        < A 1 101                 : duplicate ACK
        < A 1 101                 : duplicate ACK
        < A 1 101                 : duplicate ACK
        > A 101 1 len=100         : fast retransmission
        < A 1 501
    """,
    "a late answer to duplicate ACKs": """
        > A 1 1 len=100
        < A 1 101
        > A 101 1 len=100
        > A 201 1 len=100
        < A 1 101                 : duplicate ACK
        < A 1 101                 : duplicate ACK
        > A 101 1 len=100 t=0.5   : retransmission
    """,
    "a spurious retransmission": """
        > A 1 1 len=100
        < A 1 101
        > A 1 1 len=100 t=1       : spurious retransmission
        < A 1 101                 : duplicate ACK
    """,
    "a copy that the line made": """
        > A 1 1 len=100
        > A 101 1 len=100
        > A 1 1 len=100 t=0       : retransmission
    """,
    "a gap that an ACK shows": """
        > A 1 1 len=100
        > A 301 1                 : lost segment
        > A 101 1 len=200         : out of order
    """,
    "data overtaken by a RST": """
        > A 1 1 len=100
        > R 301 1                 : reset: abort
        > A 101 1 len=200 t=0.01
    """,
    "one byte overtaken by a RST": """
        > R 2 1                   : reset: abort
        > A 1 1 len=1
    """,
    "one byte that meets a RST": """
        > A 1 1 len=100
        < R 1 1 win=0             : reset: abort
        > A 101 1 len=1
        > A 102 1 len=1
    """,
    "a FIN sent again": """
        > FA 1 1
        > FA 1 1 t=1              : retransmission
        < A 1 2
        > FA 1 1 t=2              : spurious retransmission
    """,
    "a segment that is overtaken": """
        > A 101 1 len=100         : lost segment
        > A 1 1 len=100           : out of order
        < A 1 201
    """,
    "a gap that is filled in two pieces": """
        > A 101 1 len=100         : lost segment
        > A 51 1 len=50 t=0.0005  : out of order
        > A 1 1 len=50 t=0.0005   : out of order
        < A 1 201
    """,
    "a gap that is filled late": """
        > A 101 1 len=100         : lost segment
        > A 1 1 len=100 t=1       : retransmission
    """,
    "a segment that the capture lacks": """
        > A 101 1 len=100         : lost segment
        < A 1 201                 : ACK of unseen segment
        > A 201 1 len=100
        < A 1 301
    """,
    "an ACK of what was never seen": """
        > A 1 1 len=100
        < A 1 501                 : ACK of unseen segment
        > A 501 1 len=100         : lost segment
        < A 1 601
    """,
    "a window that closes, is probed and opens": """
        > A 1 1 len=100
        < A 1 101 win=0           : zero window
        > A 101 1 len=1 t=1       : zero-window probe
        < A 1 101 win=0           : zero window + zero-window probe ACK
        > A 101 1 len=1 t=2       : zero-window probe
        < A 1 101 win=0           : zero window + zero-window probe ACK
        < A 1 101 win=8000 t=1    : window update
        > A 101 1 len=500
    """,
    "a probe whose byte is taken": """
        > A 1 1 len=100
        < A 1 101 win=0           : zero window
        > A 101 1 len=1 t=1       : zero-window probe
        < A 1 102 win=4000        : window update
        > A 102 1 len=100
        < A 1 202 win=4000
    """,
    "a probe whose byte is taken and closes the window": """
        > A 1 1 len=100
        < A 1 101 win=0           : zero window
        > A 101 1 len=1 t=1       : zero-window probe
        < A 1 102 win=0           : zero window + zero-window probe ACK
        > A 102 1 len=1 t=1       : zero-window probe
    """,
    "a probe as Linux sends it": """
        > A 1 1 len=100
        < A 1 101 win=0           : zero window
        > A 100 1 t=1             : zero-window probe
        < A 1 101 win=0           : zero window + zero-window probe ACK
    """,
    "a full window": """
        < A 1 1 win=150           : window update
        > A 1 1 len=100
        > A 101 1 len=50          : window full
        < A 1 151 win=150
    """,
    "a window that changes": """
        < A 1 1 win=9000          : window update
        < A 1 1 win=9000          : duplicate ACK
    """,
    "a keep-alive": """
        > A 1 1 len=100
        < A 1 101
        > A 100 1 t=60            : keep-alive
        < A 1 101                 : keep-alive ACK
        > A 100 1 len=1 t=60      : keep-alive
        < A 1 101                 : keep-alive ACK
    """,
    "an abort": """
        > A 1 1 len=100
        > R 101 1                 : reset: abort
    """,
    "data after the close": """
        > FA 1 1
        < A 1 2
        < A 1 2 len=100
        > R 2 1                   : reset: data after close
    """,
    "data for somebody who has forgotten": """
        > A 1 1 len=100
        < R 1 0                   : reset: abort
        > A 101 1 len=100
        < R 1 0                   : reset: no such connection
    """,
}
"""After a handshake; each is tried with the sides changed too."""

WHOLE = {
    "a refusal": """
        > S 0 0
        < RA 0 1                  : refused
    """,
    "a SYN that nobody answers": """
        > S 0 0
        > S 0 0 t=1               : retransmission
        > S 0 0 t=2               : retransmission
    """,
    "a SYN,ACK that is lost": """
        > S 0 0
        < SA 0 1
        > S 0 0 t=1               : spurious retransmission
        < SA 0 1                  : retransmission
        > A 1 1
    """,
    "duplicate ACKs from far away": """
        > S 0 0
        < SA 0 1 t=0.05
        > A 1 1 t=0.05
        > A 1 1 len=100
        > A 101 1 len=100
        < A 1 1                   : duplicate ACK
        < A 1 1                   : duplicate ACK
        > A 1 1 len=100 t=0.06    : fast retransmission
        > A 201 1 len=100
        > A 301 1 len=100
        < A 1 201 t=0.06
        < A 1 201                 : duplicate ACK
        < A 1 201                 : duplicate ACK
        > A 201 1 len=100 t=0.06  : fast retransmission
    """,
    "both call at once": """
        > S 0 0
        < S 0 0
        > SA 0 1
        < SA 0 1
    """,
    "an opening that is given up": """
        > S 0 0
        < SA 0 1
        > R 1 0                   : reset: opening given up
    """,
    "a port used again": """
        > S 0 0
        < SA 0 1
        > A 1 1
        > FA 1 1
        < FA 1 2
        > A 2 2
        > S 70000 0 t=9           : ports reused
        < SA 90000 70001
        > A 70001 90001
        > A 70001 90001 len=10
        > A 70001 90001 len=10 t=1 : retransmission
    """,
    "a SYN that is given up, and another one": """
        > S 0 0
        > S 70000 0 t=90          : ports reused
        < SA 0 70001
        > A 70001 1
    """,
    "a restart that the other side did not notice (RFC 9293 figure 9)": """
        > S 0 0
        < SA 0 1
        > A 1 1
        < A 1 1 len=100
        > A 1 101
        > S 70000 0 t=60          : half-open
        < A 101 1                 : duplicate ACK
        > R 1 0                   : reset: no such connection
        > S 70000 0 t=1           : ports reused
        < SA 90000 70001
        > A 70001 90001
    """,
    "a restart that both accept": """
        > S 0 0
        < SA 0 1
        > A 1 1
        > A 1 1 len=100
        < A 1 101
        > S 70000 0 t=60          : half-open
        < SA 90000 70001
        > A 70001 90001
        > A 70001 90001 len=10
        < A 90001 70011
    """,
    "the middle of a conversation": """
        > A 5001 7001 len=100
        < A 7001 5101 len=100
        > A 5101 7101 len=100
        > A 5101 7101 len=100 t=1 : retransmission
        < A 7101 5201 win=0       : zero window
    """,
    "the middle, and what was before": """
        > A 5001 7001 len=100
        > A 4901 7001 len=100     : out of order
        > A 4801 7001 len=100 t=1 : retransmission
        < A 7001 5101
        > A 4801 7001 len=100 t=1 : spurious retransmission
    """,
    "one direction alone": """
        > A 5001 7001 len=100
        > A 5101 7001 len=100
        > A 5301 9001 len=100     : lost segment
        > A 5301 9001 len=100 t=1 : retransmission
    """,
    "from the SYN,ACK on": """
        < SA 0 1 scale=3
        > A 1 1
        < A 1 1 len=100
        < A 1 1 len=100 t=1       : retransmission
    """,
}
