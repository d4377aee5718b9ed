from dataclasses import asdict

from odoo import api, fields, models

from ...engine.picture.layout import Words, lay_out


class CollectionSequenceTransitionPicture(models.Model):
    _inherit = "collection.sequence.transition"

    def _describe_briefly(self):
        """:return: the condition in few words, for a label beside the step it belongs to"""
        self.ensure_one()
        table = self.step_id.transition_ids
        if self.condition == "joined" and self.timing == "joined":
            return self.env._("otherwise") if len(table) > 1 else self.env._("then")
        results = [*self.outcome_ids.mapped("name"), *self.option_ids.mapped("name")]
        if self.condition != "outcome" or not results:
            return self._describe_condition()
        words = " / ".join(results)
        if len(table.content_id) > 1:  # the step's other rows look at other actions
            words = self.env._(
                "%(action)s: %(results)s", action=self.content_id.name, results=words)
        return self.env._("at once: %s", words) if self.timing == "at_once" else words


class CollectionSequenceTemplatePicture(models.Model):
    _inherit = "collection.sequence.template"

    picture = fields.Json(
        compute="_compute_picture",
        help="The tree as saved: where its steps and rows are drawn, and what they say.")

    @api.depends_context("lang")
    @api.depends(
        "step_ids.name", "step_ids.position", "step_ids.content_ids.function_id.name",
        "step_ids.transition_ids.sentence", "step_ids.transition_ids.position",
        "step_ids.transition_ids.target_key")
    def _compute_picture(self):
        for template in self:
            # while it is edited, its picture stays the saved one: steps without a name or a
            # key cannot be drawn yet
            saved = template._origin
            template.picture = saved.step_ids and saved._prepare_picture()

    def _prepare_picture(self):
        """:return: dict of what the web client draws"""
        self.ensure_one()
        steps = {step.key: step for step in self.step_ids}
        rows = {(row.step_id.key, row.key): row for row in self.step_ids.transition_ids}
        picture = lay_out(self._get_definition(), self._prepare_picture_words(steps, rows))
        return {
            "width": picture.width,
            "height": picture.height,
            "breaks": picture.breaks,
            "boxes": [self._prepare_picture_box(box, steps) for box in picture.boxes],
            "edges": [self._prepare_picture_edge(edge, rows) for edge in picture.edges],
        }

    def _prepare_picture_words(self, steps, rows):
        return Words(
            steps={key: (step.name, step._get_function_names()) for key, step in steps.items()},
            rows={key: row._describe_briefly() for key, row in rows.items()},
            ends={
                key: (row.end_label or self.env._("End")) if row.target == "end"
                else row._describe_target()
                for key, row in rows.items()
            },
        )

    def _prepare_picture_box(self, box, steps):
        step = steps.get(box.key)
        if not step:
            return {**asdict(box), "name": " ".join(box.lines)}
        return {
            **asdict(box),
            "step_id": step.id,
            "name": step.name,
            "functions": step._get_function_names(),
            "actions": step.content_ids.mapped("name"),
        }

    def _prepare_picture_edge(self, edge, rows):
        values = asdict(edge)
        for label in values["labels"]:
            row = rows[edge.source, label["row"]]
            label["condition"] = row._describe_condition()
            label["sentence"] = row.sentence
        return values


class CollectionSequenceStepPicture(models.Model):
    _inherit = "collection.sequence.step"

    def _get_function_names(self):
        """:return: names of the functions that act in the step, as its picture lists them"""
        self.ensure_one()
        names = self.content_ids.function_id.mapped("name")
        return [", ".join(names)] if names else []


class CollectionSequencePicture(models.Model):
    _inherit = "collection.sequence"

    picture = fields.Json(
        compute="_compute_picture",
        help="Its template's own version as drawn, with the path taken.")

    @api.depends_context("lang")
    @api.depends("visit_ids.left_at", "visit_ids.transition_id", "visit_id", "state", "template_id")
    def _compute_picture(self):
        for sequence in self:
            picture = sequence.template_id.picture
            if picture:
                sequence._add_path(picture)
            sequence.picture = picture

    def _add_path(self, picture):
        """Say of each box and line of a picture whether, and when, this sequence came there."""
        visits, taken = {}, {}
        jumped = False
        for visit in self.visit_ids.sorted("number"):
            visits.setdefault(visit.step_id.key, []).append({
                "entered": fields.Datetime.to_string(visit.entered_at), "jumped": jumped})
            row, jumped = visit.transition_id, not visit.transition_id
            if row:
                taken.setdefault((visit.step_id.key, row.key), []).append(
                    fields.Datetime.to_string(visit.left_at))
        for edge in picture["edges"]:
            for label in edge["labels"]:
                label["taken"] = taken.get((edge["source"], label["row"]), [])
            edge["taken"] = sorted(date for label in edge["labels"] for date in label["taken"])
        ended = {edge["target"]: edge["taken"] for edge in picture["edges"]}
        here = self.state in ("running", "paused") and self.step_id.key
        for box in picture["boxes"]:
            found = visits.get(box["key"], [])
            if box["is_end"]:
                found = [{"entered": date, "jumped": False} for date in ended[box["key"]]]
            box["visits"] = found
            box["state"] = ("current" if box["key"] == here else "visited" if found else "coming")
