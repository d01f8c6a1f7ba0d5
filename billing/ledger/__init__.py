"""A town's double-entry ledger, in integer cents of euro.

**Sign convention: a posting's amount is positive for a debit and negative for a credit.** An account of something the
conciergerie has (517 Stripe, 531 cash) therefore shows a positive balance, and an account of something it owes (46711
customers' funds, 46712 owed to merchants) a negative one. The postings of an entry add up to zero.

PostgreSQL keeps the rules, whoever writes: a deferred constraint trigger refuses to commit an entry whose postings do
not add up to zero or are not those it was written with, and UPDATE, DELETE and TRUNCATE are refused on both tables. A
mistake is corrected by an opposite entry.
"""
