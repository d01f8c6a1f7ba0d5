"""The page where a merchant opens the account that receives the transfers."""

from tests.tools.fake_stripe import accounts
from tests.tools.fake_stripe.context import Context
from tests.tools.fake_stripe.pages.render import Html, Page, page, redirect


def view(ctx: Context, token: str, form: dict[str, str] | None) -> Page:
    link = ctx.get(accounts.LINK, token)
    use_case = link.body["use_case"]["account_onboarding"]
    if not accounts.link_usable(ctx, link):
        return redirect(use_case["refresh_url"])
    account = ctx.get(accounts.KIND, link.body["account"])
    if form is None:
        return page(
            ctx,
            "onboarding",
            title="Recevoir vos reversements",
            name=account.body["display_name"] or "sans nom",
            email=account.body["contact_email"] or "non renseignée",
            account=account.id,
        )
    accounts.close_link(ctx, link, answer=form.get("answer", ""))
    if use_case.get("return_url"):
        return redirect(use_case["return_url"])
    return page(ctx, "notice", title="C’est noté", text="Vous pouvez fermer cette page.", action=Html(""))
