"""What stands between the network and the app: hosts, headers, limits, what is seen.

Each module is one ASGI middleware or one group of answers; `server.py` puts them
together, the outermost first.
"""
