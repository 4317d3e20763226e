"""What a mail says, by event and reader. No mail carries a name, a number or the text of a question: it says what
happened and what to do, and links to the page where the reader's rights are checked again. Only what a desk writes to
the entrepreneur goes to them in words (`outbox.conversation`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and paragraphs, with placeholders %(reference)s, %(place)s, %(market)s, %(services)s, %(due)s."""

    subject: Any
    lines: tuple[Any, ...]
    link: str = "subject"  # subject, track, confirm, consent, account
    button: Any = _l("Open it here")


_TRACK = _l("See where your question is")

# event kind -> letter to the entrepreneur
ENTREPRENEUR: dict[str, Letter] = {
    "support_request.asked": Letter(
        _l("Confirm your question %(reference)s"),
        (
            _l("You asked a question at Hubs. Open the link and press Confirm. Only then do we read your question."),
            _l("Did you not ask anything? Then you need not do anything. After %(days)s days the link stops working."),
        ),
        "confirm",
        _l("Confirm your question"),
    ),
    "support_request.submit": Letter(
        _l("We have your question %(reference)s"),
        (
            _l("Your question is at %(place)s. Somebody reads it and tells you who will help."),
            _l("You hear from us by %(due)s at the latest."),
        ),
        "track",
        _TRACK,
    ),
    "consent.recorded": Letter(
        _l("Confirm your permission for question %(reference)s"),
        (
            _l("By telephone you told %(place)s who may see your question. Please confirm that here."),
            _l("Did you not say this? Say so on the same page. Then nobody else sees your data."),
        ),
        "consent",
        _l("Look at the permission"),
    ),
    "consent.asked": Letter(
        _l("May a hub know who asks question %(reference)s?"),
        (
            _l("%(place)s wrote down your question for a mission. A hub can help you when it may know who you are."),
            _l("On the page you read what that means, and you say yes or no. Until you say yes, nobody else knows."),
        ),
        "consent",
        _l("Say yes or no"),
    ),
    "support_request.ask": Letter(
        _l("A question for you about %(reference)s"),
        (
            _l("%(place)s wants to know something from you before going on. You can answer on the page."),
            _l("Please answer before %(answer_by)s. Until then your question waits."),
        ),
        "track",
        _l("Read and answer"),
    ),
    "referral.send": Letter(
        _l("Your question %(reference)s has been sent to %(receiver)s"),
        (
            _l("%(receiver)s has received your question and still has to say yes or no, by %(due)s at the latest."),
            _l("If it says no, or nothing, your question goes back to %(place)s by itself."),
        ),
        "track",
        _TRACK,
    ),
    "referral.accept": Letter(
        _l("%(receiver)s helps you with question %(reference)s"),
        (_l("%(receiver)s has accepted your question and calls or mails you by %(due)s at the latest."),),
        "track",
        _TRACK,
    ),
    "support_request.back_at_desk": Letter(
        _l("Your question %(reference)s is back at %(place)s"),
        (
            _l("The other place does not take your question on. %(place)s now looks for another one."),
            _l("You need not do anything. Nothing of your question was lost."),
        ),
        "track",
        _TRACK,
    ),
    "support_request.all_full": Letter(  # it came back, and nobody else has room
        _l("Your question %(reference)s: every place is full"),
        (
            _l("All organisations that can help you with this are full now. You choose what happens."),
            _l("On the page you can wait until there is room, or let %(place)s help you."),
            _l("Do you not choose? Then %(place)s decides, by %(due)s at the latest."),
        ),
        "track",
        _l("Choose on the page"),
    ),
    "support_request.taken_back": Letter(  # no place said no: the desk took it back, or its ground fell away
        _l("Your question %(reference)s is back at %(place)s"),
        (_l("You need not do anything. Nothing of your question was lost."),),
        "track",
        _TRACK,
    ),
    "support_request.signpost": Letter(
        _l("The address for your question %(reference)s"),
        (
            _l("%(place)s looked at your question. A partner can help you best."),
            _l("On the page you see who that is, and the address."),
        ),
        "track",
        _l("See the address"),
    ),
    "support_request.closed": Letter(
        _l("Your question %(reference)s is done"),
        (
            _l("Your question has been closed. On the page you see what came of it."),
            _l("Did it help you? Choose an answer below. Were you not helped? Then we look at it again."),
        ),
        "track",
        _TRACK,
    ),
    "support_request.reopen": Letter(
        _l("Your question %(reference)s is open again"),
        (_l("%(place)s looks at your question again. You need not do anything now."),),
        "track",
        _TRACK,
    ),
    "support_request.withdraw": Letter(
        _l("Your question %(reference)s has been withdrawn"),
        (_l("We stopped working on your question. Nobody but %(place)s can see your data any more."),),
        "track",
        _TRACK,
    ),
    "support_request.withdraw_consent": Letter(
        _l("Your permission for question %(reference)s has been withdrawn"),
        (_l("From now on nobody but %(place)s sees your data. Your question itself stays with %(place)s."),),
        "track",
        _TRACK,
    ),
    "support_request.moved": Letter(
        _l("Your question %(reference)s is now at %(place)s"),
        (_l("%(place)s has taken over your question. You hear from them by %(due)s at the latest."),),
        "track",
        _TRACK,
    ),
    "support_request.link_replaced": Letter(
        _l("A new link to your question %(reference)s"),
        (
            _l("Your e-mail address was changed at %(place)s. With this link you see where your question is."),
            _l("Links in earlier mails no longer work."),
        ),
        "track",
        _TRACK,
    ),
    "support_request.answer_complaint": Letter(
        _l("An answer to your complaint about question %(reference)s"),
        (_l("%(place)s answered your complaint. You can read it on the page."),),
        "track",
        _l("Read the answer"),
    ),
    "support_request.link_requested": Letter(
        _l("The link to your question %(reference)s"),
        (_l("You asked for this link again. With it you see where your question is."),),
        "track",
        _TRACK,
    ),
}

# event kind -> letter to the desk that owns the question
DESK: dict[str, Letter] = {
    "support_request.submit": Letter(
        _l("New question %(reference)s (%(market)s)"),
        (_l("A new question lies at your desk. The first reply is due by %(due)s."),),
    ),
    "support_request.moved": Letter(
        _l("Question %(reference)s has come to your desk (%(market)s)"),
        (_l("The entrepreneur wants your help instead. The reply is due by %(due)s."),),
    ),
    "support_request.back_at_desk": Letter(
        _l("Question %(reference)s is back with you"),
        (
            _l("The place you chose does not take it on. The next places are ranked on the page."),
            _l("Your term runs until %(due)s."),
        ),
    ),
    "support_request.taken_back": Letter(
        _l("Question %(reference)s is back with you"), (_l("Your term runs until %(due)s."),)
    ),
    "support_request.all_full": Letter(
        _l("Question %(reference)s is back with you: every hub is full"),
        (
            _l("The entrepreneur may choose on their page: wait until there is room, or be helped by you."),
            _l("Is there no choice? Then you decide, by %(due)s."),
        ),
    ),
    "support_request.answer": Letter(
        _l("The entrepreneur answered: %(reference)s"), (_l("Your term runs again, until %(due)s."),)
    ),
    "support_request.add_information": Letter(
        _l("The entrepreneur added something: %(reference)s"), (_l("Read it on the page of the question."),)
    ),
    "support_request.add_file": Letter(
        _l("The entrepreneur added a file: %(reference)s"), (_l("Open it on the page of the question."),)
    ),
    "support_request.complain": Letter(
        _l("The entrepreneur is not satisfied: %(reference)s"),
        (_l("Read the complaint on the page of the question and answer it there. It has a term of its own."),),
    ),
    "support_request.choose_place": Letter(
        _l("The entrepreneur chose a place: %(reference)s"), (_l("Refer the question there, by %(due)s."),)
    ),
    "support_request.return_to_post": Letter(
        _l("The entrepreneur wants your help: %(reference)s"),
        (_l("Help with the question yourself. The reply is due by %(due)s."),),
    ),
    "support_request.wait_over": Letter(
        _l("There is room again for question %(reference)s"), (_l("Choose a place, by %(due)s."),)
    ),
    "support_request.reopen": Letter(
        _l("The entrepreneur wants help again: %(reference)s"),
        (_l("The question is open again and lies at your desk. Your term runs until %(due)s."),),
    ),
    "support_request.withdraw": Letter(
        _l("Question %(reference)s has been withdrawn"), (_l("The entrepreneur stopped. You need not do anything."),)
    ),
    "support_request.withdraw_consent": Letter(
        _l("Permission withdrawn for question %(reference)s"),
        (_l("Other places can no longer see who asks. The question is back with you."),),
    ),
    "support_request.mail_returned": Letter(
        _l("A mail about %(reference)s came back"),
        (_l("The entrepreneur did not get our mail. Call them, or check the e-mail address on the page."),),
    ),
    "support_request.due_soon": Letter(_l("Almost due: question %(reference)s"), (_l("Your term ends at %(due)s."),)),
    "support_request.overdue": Letter(
        _l("Too late: question %(reference)s"), (_l("Your term ended at %(due)s. The entrepreneur is still waiting."),)
    ),
    "referral.ask": Letter(
        _l("%(receiver)s asks you something about %(reference)s"),
        (_l("Their term stands still until you answer."),),
    ),
    "referral.accept": Letter(
        _l("%(receiver)s accepted %(reference)s"), (_l("They contact the entrepreneur by %(due)s at the latest."),)
    ),
    "referral.overdue": Letter(
        _l("%(receiver)s is late with %(reference)s"), (_l("Their term ended at %(due)s. You may take it back."),)
    ),
    "referral.answer_due_soon": Letter(
        _l("Almost due: your answer about %(reference)s"),
        (_l("%(receiver)s waits for your answer until %(due)s. Their term stands still."),),
    ),
    "referral.answer_overdue": Letter(
        _l("Too late: your answer about %(reference)s"),
        (_l("%(receiver)s has been waiting for your answer since %(due)s. The entrepreneur waits too."),),
    ),
    "referral.close": Letter(_l("%(receiver)s closed %(reference)s"), (_l("On the page you see what came of it."),)),
}

# event kind -> letter to the office that receives a referral
RECEIVER: dict[str, Letter] = {
    "referral.send": Letter(
        _l("New question %(reference)s: say yes or no by %(due)s"),
        (
            _l("%(place)s sent you a question about %(market)s: %(services)s."),
            _l("Say yes or no by %(due)s. If you say nothing, it goes back to %(place)s."),
        ),
    ),
    "referral.answer": Letter(
        _l("%(place)s answered you: %(reference)s"), (_l("Your term runs again, until %(due)s."),)
    ),
    "referral.due_soon": Letter(_l("Almost due: %(reference)s"), (_l("Your term ends at %(due)s."),)),
    "referral.overdue": Letter(_l("Too late: %(reference)s"), (_l("Your term ended at %(due)s."),)),
    "referral.answer_overdue": Letter(
        _l("%(place)s has not answered you yet: %(reference)s"),
        (_l("Your term stands still until they do. We told them that they are late."),),
    ),
    "referral.lapse": Letter(_l("%(reference)s went back to %(place)s"), (_l("You said neither yes nor no in time."),)),
    "referral.recall": Letter(
        _l("%(place)s took %(reference)s back"), (_l("You need not do anything for it any more."),)
    ),
    "referral.withdraw": Letter(
        _l("%(reference)s has been withdrawn"),
        (_l("You need not do anything for it any more, and you no longer see the data."),),
    ),
}

# event kind -> letter to the other party or parties of an agreement
AGREEMENT: dict[str, Letter] = {
    "agreement.offer": Letter(
        _l("A referral agreement is waiting for your signature"),
        (_l("%(place)s offers you a referral agreement. Read the terms and sign if you agree."),),
    ),
    "agreement.sign": Letter(
        _l("A referral agreement was signed"), (_l("%(place)s signed the referral agreement with you."),)
    ),
    "agreement.terminate": Letter(
        _l("A referral agreement was ended"), (_l("%(place)s ended the referral agreement with you."),)
    ),
    "agreement.pause": Letter(
        _l("A referral agreement was paused"),
        (_l("The standing of the hub changed. No new questions go under this agreement for now."),),
    ),
    "agreement.resume": Letter(
        _l("A referral agreement runs again"), (_l("New questions can go under this agreement again."),)
    ),
}

STANDING = Letter(
    _l("The standing of your hub changed"),
    (_l("The ministry set your standing to: %(state)s. The reason is on your page."),),
)

# event kind -> letter to a person about their own account
ACCOUNT: dict[str, Letter] = {
    "account.invited": Letter(
        _l("You are invited to Hubs"),
        (
            _l("%(place)s invited you. Accept the invitation within %(days)s days. The link works once."),
            _l("Are you new here? Then you choose a password. Otherwise you keep your own."),
        ),
        "account",
        _l("Look at the invitation"),
    ),
    "account.membership_added": Letter(
        _l("You can act for %(place)s at Hubs"),
        (_l("%(place)s gave you a role. You keep your own password."),),
        "sign_in",
        _l("Sign in"),
    ),
    "account.password_set": Letter(
        _l("Your password for Hubs was changed"),
        (
            _l("You can sign in with your new password. Everybody who was signed in with the old one no longer is."),
            _l("Was it not you? Choose a new password at once, and tell the head of your organisation."),
        ),
        "sign_in",
        _l("Sign in"),
    ),
    "account.reset_requested": Letter(
        _l("Choose a new password for Hubs"),
        (
            _l("Somebody, probably you, asked for a new password. The link works once, for one hour."),
            _l("Was it not you? Then you need not do anything."),
        ),
        "account",
        _l("Choose a new password"),
    ),
}

# a letter of the ministry, which goes with it as PDF in Dutch and in English
FORMAL = Letter(
    _l("Letter %(reference)s from %(place)s"),
    (
        _l("%(place)s wrote you a letter: %(subject)s."),
        _l("You find it with this mail, in Dutch and in English. In Hubs you can read it again at any time."),
    ),
    "subject",
    _l("Read the letter in Hubs"),
)
