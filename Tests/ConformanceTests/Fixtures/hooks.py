"""A watch answers with changes instead of a list, which OpenAPI cannot say of one operation: only lists are tried."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.query:
        case.query.pop("watch", None)
