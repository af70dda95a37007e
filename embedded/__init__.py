"""The default servers: PostgreSQL and Redis from wheels, the web server, the worker and their supervisor.

Nothing else in Concord knows of this package. It hands over two addresses and a few settings through the
environment, exactly as a compose file or a hand-made installation would.
"""
