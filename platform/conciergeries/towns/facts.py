"""What the towns' platform tells those above it: kinds of effects, and what each one's payload holds."""

# {"company_id"}, recorded in public: what its papers say of it may be another; what waited for it may be issued.
COMPANY_CHANGED = "company.changed"
