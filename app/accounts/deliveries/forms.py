"""How a person wants to be told, and what a browser tells about itself."""

from __future__ import annotations

from app.accounts.notices.rules import CHOSEN, GROUP_WORDS, MESSAGE_WORDS, PACE_WORDS, Group, MessageWish, Pace, Wishes
from app.core.forms import ChoiceField, Form, LineField, TickField
from app.core.words import Lazy, _l

HOURS = tuple((str(hour), f"{hour:02d}.00") for hour in range(24))
_PACES: tuple[tuple[str, Lazy], ...] = tuple((pace.value, PACE_WORDS[pace]) for pace in Pace)


class WishesForm(Form):
    """One choice for each group that can be chosen, and what holds for all."""

    selling = ChoiceField(GROUP_WORDS[Group.SELLING], choices=_PACES)
    booth = ChoiceField(GROUP_WORDS[Group.BOOTH], choices=_PACES)
    training = ChoiceField(GROUP_WORDS[Group.TRAINING], choices=_PACES)
    talk = ChoiceField(GROUP_WORDS[Group.TALK], choices=_PACES)
    selling_mail = TickField(_l("Kirim juga lewat e-mail"))
    booth_mail = TickField(_l("Kirim juga lewat e-mail"))
    training_mail = TickField(_l("Kirim juga lewat e-mail"))
    talk_mail = TickField(_l("Kirim juga lewat e-mail"))
    quiet = TickField(_l("Jangan ganggu pada jam tenang"))
    quiet_from = ChoiceField(_l("Mulai jam"), choices=HOURS)
    quiet_until = ChoiceField(_l("Sampai jam"), choices=HOURS)
    message = ChoiceField(_l("SMS"), choices=tuple((wish.value, MESSAGE_WORDS[wish]) for wish in MessageWish))
    language = ChoiceField(_l("Bahasa e-mail dan SMS"), choices=(("id", "Bahasa Indonesia"), ("en", "English")))


def fields_of(wishes: Wishes) -> dict[str, object]:
    """What the form shows for these wishes."""
    groups = {group.value: wishes.pace(group).value for group in CHOSEN}
    mailed = {f"{group.value}_mail": wishes.takes_mail(group) for group in CHOSEN}
    return {
        **groups,
        **mailed,
        "quiet": wishes.has_quiet,
        "quiet_from": str(wishes.quiet_from),
        "quiet_until": str(wishes.quiet_until),
        "message": wishes.by_message.value,
        "language": wishes.language,
    }


def wishes_of(form: WishesForm, before: Wishes, *, has_mail: bool) -> Wishes:
    """What a valid form asks for. Without an address the page shows no ticks for letters: what was chosen before stays."""
    unmailed = frozenset(group for group in CHOSEN if not form[f"{group.value}_mail"].data) if has_mail else before.unmailed
    return Wishes(
        paces={group: Pace(form[group.value].data) for group in CHOSEN},
        unmailed=unmailed,
        has_quiet=bool(form.quiet.data),
        quiet_from=int(form.quiet_from.data),
        quiet_until=int(form.quiet_until.data),
        by_message=MessageWish(form.message.data),
        language=form.language.data,
    )


class SubscriptionForm(Form):
    """What a browser says of where it takes pushes."""

    endpoint = LineField("endpoint", max=1000)
    p256dh = LineField("p256dh", max=120)
    auth = LineField("auth", max=40)
