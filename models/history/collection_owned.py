from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import clean_context

from ...tools.own_context import is_own, with_own

MOVES = "collection_owner_moves"


class CollectionOwned(models.AbstractModel):
    """A record that belongs to a customer, company, sequence or another record, for good (X-02).

    Who may see and change a record follows from its owner: a record that could be given to
    another one would open that one's case. So the owner is named once, when the record is made,
    by somebody who may work on it. Only the module moves records, where customers are merged or
    divided and where holders change: by SQL (``tools/customers.py``), or by
    :meth:`_write_owner`.

    Domains after this one override ``create`` and ``write`` and call ``super()``.
    """

    _name = "collection.owned"
    _description = "Record With an Owner"

    #: names of the many2one fields that are fixed once the record exists
    _owner_fields = ()
    #: whether they are: a setting is no case, and may be given to another company of one's own
    _owner_is_fixed = True
    #: SQL condition on ``record``, of records that leave a row in their customer's history; empty
    #: for none. Where there are any and no history, the verification says so.
    _traced_where = ""

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """:raise AccessError: the user may not work on what one of the records belongs to"""
        if self.env.su:  # a command: a caller's defaults would fill what it leaves open
            bare = self.with_context(clean_context(self.env.context))
            return super(CollectionOwned, bare).create(vals_list).with_env(self.env)
        self._draft_owners(vals_list)._check_owners()
        records = super().create(vals_list)
        records._check_owners()  # of what it has become, too
        return records

    def write(self, vals):
        """:raise AccessError: a record would belong to something else"""
        given = [name for name in self._owner_fields if name in vals]
        if self._owner_is_fixed and not is_own(self, MOVES):
            for name in given:
                self._check_owner_stays(name, vals[name])
        result = super().write(vals)
        if given and not self.env.su:
            self._check_owners()
        return result

    # === OWNERS === #

    def _draft_owners(self, vals_list):
        """:return: new records that know to whom they would belong, and nothing else"""
        return self.browse().concat(*(
            self.new({name: vals[name] for name in self._owner_fields if vals.get(name)})
            for vals in vals_list))

    def _write_owner(self, vals):
        """Write values among which owners may change. For the module's own mechanisms.

        :param dict vals: as for ``write``
        """
        with_own(self, MOVES).write(vals)

    def _check_owner_stays(self, name, value):
        value = getattr(value, "id", value) or False
        for record in self.sudo():
            if record[name].id != value:
                raise AccessError(self.env._(
                    "“%(record)s” cannot be given to another owner: its %(field)s stays as it "
                    "is. Make a new one there, and remove or close this one.",
                    record=record.display_name, field=self._fields[name]._description_string(
                        self.env)))

    def _check_owners(self):
        """Records of a customer are a :class:`~.collection_portfolio.CollectionPortfolio`.

        :raise AccessError: the user may not work on what one of these records belongs to
        """
        for name in self._owner_fields:
            owners = self.sudo()[name].with_env(self.env)
            if name == "customer_id":
                self._check_portfolio()
            elif owners._name == "res.company":
                self._check_companies(owners)
            elif owners._name.startswith("collection."):
                owners.check_access("write")

    def _check_companies(self, companies):
        foreign = companies - self.env.companies
        if foreign:
            raise AccessError(self.env._(
                "You do not work in %(company)s now. Choose it among your companies first.",
                company=foreign[0].sudo().name))
