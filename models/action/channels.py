"""The channels by which messages leave.

A channel is one class, registered under its code, and has no other home: kinds of action, views
and the outbox ask this registry. To add one, write the class where its provider is known::

    @register
    class Pigeon(Channel):
        code = "pigeon"
        label = _lt("Carrier pigeon")

        def get_address(self, partner):
            return partner.city or ""
        …
"""

from types import MappingProxyType

from markupsafe import Markup, escape

#: The registered channels by code, in the order in which they are offered.
CHANNELS = {}

_PAGE = Markup('<div style="padding: 16px; font-family: sans-serif;">%s</div>')


def register(channel):
    """Class decorator: offer a channel wherever channels are offered.

    :param type[Channel] channel: the class; one instance of it serves all
    :return: the class
    :raise ValueError: its code is taken
    """
    if channel.code in CHANNELS:
        raise ValueError(f"channel {channel.code!r} is registered already")
    CHANNELS[channel.code] = channel()
    return channel


def get_channel(code):
    """:return: the :class:`Channel` of that code

    :raise ValueError: there is none; no channel stands in for another
    """
    if code not in CHANNELS:
        raise ValueError(f"there is no channel {code!r}")
    return CHANNELS[code]


class Channel:
    """A way in which messages leave: what they consist of, where they go, who carries them.

    :cvar str code: stored on actions and in the outbox
    :cvar label: its name, translatable
    :cvar bool has_subject: a message has a subject besides its text
    :cvar bool is_html: the text is HTML; else plain text
    :cvar bool takes_files: invoices and the statement of account can go along
    :cvar bool takes_mail_template: one-off messages may take their text from an e-mail template
    :cvar bool takes_copies: others than the recipient can receive a copy
    :cvar bool is_posted: it leaves on paper, by post
    :cvar bool carries_links: its reader can follow a personal link
    :cvar Mapping provider_states: states of the outbox by states of the provider's queue; read
        by the hook on the provider's model that you write, by nothing else
    """

    code = None
    label = None
    has_subject = True
    is_html = True
    takes_files = False
    takes_mail_template = False
    takes_copies = False
    is_posted = False
    carries_links = False
    provider_states = MappingProxyType({})

    # === ADDRESS === #

    def get_address(self, partner):
        """:return: str, where the ``res.partner`` is reached; empty for nowhere"""
        raise NotImplementedError

    def describe_missing_address(self, partner):
        """:return: str, translated: why the ``res.partner`` cannot be reached"""
        raise NotImplementedError

    def get_post_by(self, action):
        """:return: how a letter of the one action is posted, a value of ``post_by``; False for
            what is none"""
        return False

    def find_address_problem(self, partner, post_by=False):
        """:param post_by: how it is posted, see :meth:`get_post_by`
        :return: str, translated: why no message reaches the ``res.partner``; None if one does
        """
        if not partner:
            return partner.env._("Nobody is named who receives it.")
        return None if self.get_address(partner) else self.describe_missing_address(partner)

    def reaches_both(self, partner, other):
        """:return: bool, whether what is sent to one ``res.partner`` reaches the other as well"""
        return partner == other

    # === RENDERING === #
    # Actions come as ``collection.action`` of this channel and of one company. Texts come as
    # ``Text``, messages as ``Message``, their data as ``MessageData``, each by action id.

    def render_bodies(self, actions, texts, contents, data):
        """Make the bodies of messages, in the language of the context.

        :param dict texts: what was written, with its hashtags
        :param dict contents: the same as str, with values in the place of hashtags
        :return: dict of ``Markup`` by action id: the message as it leaves
        """
        if self.is_html:  # values were escaped, and what users write was sanitized
            return {action.id: Markup(contents[action.id]) for action in actions}
        return {
            action.id: Markup("<br/>").join(escape(contents[action.id]).splitlines())
            for action in actions}

    def make_files(self, actions, messages, data, invoices):
        """Print the files that go along with messages.

        :param dict invoices: lists of ``MessageFile`` of the invoices to join, by action id
        :return: dict of lists of ``MessageFile`` by action id
        """
        return {action.id: list(invoices.get(action.id, ())) for action in actions}

    def describe_files(self, action, message):
        """:return: iterable of the names of the files of a message, without printing them"""
        return message.get_invoices().mapped("name") if (
            self.takes_files and action.attach_invoices) else ()

    def render_page(self, action, message):
        """:return: ``Markup`` of a message as its reader sees it"""
        return _PAGE % message.body

    # === OUTBOX === #
    # Dispatches come as ``collection.dispatch`` of this channel, with full rights.

    def prepare_dispatch_vals(self, action, message):
        """:return: dict of what the outbox keeps of such a message besides subject and text"""
        return {}

    def queue(self, dispatches):
        """Hand dispatches to whoever carries them, in the transaction that closes their actions.

        Only write rows, for instance of a queue of your own; never call the provider here: the
        transaction may be rolled back and replayed. What leaves is
        ``dispatches._get_leaving_bodies()``, with the personal link in its place, never
        ``dispatch.body``. Dispatches stay *Queued* until somebody calls
        ``dispatch._set_state(…)``: ``models/message/sms_tracker.py`` does when the queue says so,
        ``Letter.follow`` asks for it.
        """
        raise NotImplementedError

    def cancel(self, dispatches):
        """Keep what the carrier still holds from leaving."""

    def take_back(self, dispatches):
        """The same, of what failed or is in doubt: copies for others stay."""
        self.cancel(dispatches)

    def follow(self, env):
        """Cron: ask the carrier what became of what it was handed. Does nothing by itself.

        A provider of registered letters is a channel of its own, for instance a subclass of
        ``RegisteredLetter`` (``models/message/channels.py``) with another ``code``, whose
        ``queue`` writes rows of the provider's queue and whose ``follow`` reports what the
        provider says by ``dispatch._record_tracking(…)``, as often as it likes: what is known
        already changes nothing.

        :param env: the :class:`~odoo.api.Environment`
        """
