"""The facts of commission terms that others listen to."""

# A merchant is to be told of terms: {"notice_id"}.
TERMS_TO_TELL = "commissions.terms_to_tell"
# The mail that told it has left: {"message_id"}.
TERMS_TOLD = "commissions.terms_told"
# A merchant is to be told that what it was told of will not be: {"notice_id"}.
TERMS_WITHDRAWN = "commissions.terms_withdrawn"
