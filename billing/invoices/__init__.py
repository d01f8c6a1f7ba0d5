"""Invoices of commissions and their credit notes: numbered, immutable, electronic (Factur-X EN 16931).

`services` is what other parts call. The company that runs the town issues them; a commission that is the commune's is
no invoice of the company's (docs/money.md).
"""
