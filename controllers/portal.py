from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager as portal_pager

from .page_base import render_portal

LIST = "/my/collection"


class CollectionPortal(CustomerPortal):
    """The portal of bailiffs, lawyers and providers: the actions asked of them (D-078, D-079)."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        actions = request.env["collection.action"].sudo()
        if "collection_todo_count" in counters:
            values["collection_todo_count"] = actions.search_count(
                actions._get_portal_domain() & Domain("state", "=", "todo"))
        if "collection_action_count" in counters:
            values["collection_action_count"] = actions.search_count(
                actions._get_portal_domain(), limit=1)
        return values

    @http.route([LIST, f"{LIST}/page/<int:page>"], type="http", auth="user", methods=["GET"],
                website=True, sitemap=False)
    def collection_actions(self, page=1, sortby=None, filterby=None, groupby=None, search="",
                           search_in=None, gone=None, **_query):
        env = request.env
        if env.user._is_internal():
            return request.redirect("/odoo/my-collection-actions")
        bar = self._get_collection_searchbar()
        chosen = {
            name: value if value in bar[f"searchbar_{choices}"] else next(
                iter(bar[f"searchbar_{choices}"]))
            for name, choices, value in (
                ("sortby", "sortings", sortby), ("filterby", "filters", filterby),
                ("groupby", "groupby", groupby), ("search_in", "inputs", search_in))}
        search = search.replace("\0", "").strip() if isinstance(search, str) else ""
        actions = env["collection.action"].sudo()
        domain = actions._get_portal_domain() & bar["searchbar_filters"][
            chosen["filterby"]]["domain"]
        if search:
            domain &= self._get_collection_search_domain(search, chosen["search_in"])
        pager = portal_pager(
            url=LIST, total=actions.search_count(domain), page=page, step=self._items_per_page,
            url_args={**chosen, "search": search})
        order = ", ".join(filter(None, (
            bar["searchbar_groupby"][chosen["groupby"]]["order"],
            bar["searchbar_sortings"][chosen["sortby"]]["order"])))
        found = actions.search(
            domain, order=order, limit=self._items_per_page, offset=pager["offset"])
        return render_portal("account_collection.portal_my_collection_actions", {
            **self._prepare_portal_layout_values(), **bar, **chosen, "page_name": "collection",
            "default_url": LIST, "pager": pager, "search": search, "gone": gone,
            "groups": self._group_collection_actions(found, chosen["groupby"]),
        })

    # -- the bar above the list ------------------------------------------------------

    def _get_collection_searchbar(self):
        """:return: dict of what the list offers, the default of each first"""
        _ = request.env._
        entries = {
            "all": _("All"), "name": _("Search in what to do"),
            "customer": _("Search in customers")}
        return {
            "searchbar_sortings": {
                "deadline": {"label": _("Deadline"), "order": "deadline, date, id"},
                "date": {"label": _("Newest"), "order": "date desc, id desc"},
                "customer": {"label": _("Customer"), "order": "customer_id, deadline, id"},
            },
            "searchbar_filters": {
                "todo": {"label": _("To do"),
                         "domain": Domain("state", "in", ("scheduled", "todo"))},
                "late": {"label": _("Late"), "domain": Domain("late", "=", True)
                         & Domain("state", "=", "todo")},
                "done": {"label": _("Done"),
                         "domain": Domain("state", "in", ("validating", "closed"))},
                "all": {"label": _("All"), "domain": Domain.TRUE},
            },
            "searchbar_groupby": {
                "none": {"label": _("No groups"), "order": ""},
                "customer": {"label": _("Customer"), "order": "customer_id"},
                "sequence": {"label": _("Case"), "order": "sequence_id"},
                "function": {"label": _("Function"), "order": "function_id"},
            },
            "searchbar_inputs": {
                name: {"input": name, "label": label} for name, label in entries.items()},
        }

    def _get_collection_search_domain(self, search, search_in):
        """A customer who is not shown is not found either."""
        name = Domain("name", "ilike", search)
        customer = Domain("customer_id.name", "ilike", search) & Domain(
            "portal_shows", "in", ("customer", "items"))
        return {"name": name, "customer": customer}.get(search_in, name | customer)

    def _group_collection_actions(self, actions, groupby):
        """:return: list of (title, actions), in the order in which they come"""
        title = {
            "customer": lambda action: action._shows_customer() and action.customer_id.name or "",
            "sequence": lambda action: action._get_portal_case(),
            "function": lambda action: action.function_id.name,
        }.get(groupby, lambda action: "")
        groups = {}
        for action in actions:
            groups.setdefault(title(action), []).append(action.id)
        return [(name, actions.browse(ids).with_prefetch(actions.ids))
                for name, ids in groups.items()]
