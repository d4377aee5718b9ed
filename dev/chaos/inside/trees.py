"""Inside Odoo: the decision trees, the ladder, the documents and the rule of a run."""

from odoo.fields import Command


def make_functions(env, users):
    """Two functions of colleagues, held by two of the users."""
    return env["collection.function"].create([
        {"code": code, "name": code, "kind": "internal", "default_user_id": user.id}
        for code, user in zip(("CHA", "CHB"), (users[0], users[-1]))])


def make_scenario(env):
    """A ladder of e-mails by themselves, and a letter at its end."""
    steps = [(1, "email"), (3, "email"), (6, "email"), (9, "letter")]
    return env["collection.scenario"].create({
        "name": "Ladder", "min_days": 1, "entry": "first",
        "step_ids": [Command.create({
            "name": f"Day {days}", "position": days, "offset": days, "kind": kind,
            "mode": "automatic", "subject": f"Reminder {days}",
            "body": "<p>#items_amount_overdue is overdue.</p><p>#items_list_overdue</p>",
        }) for days, kind in steps]})


def _action(env, key, function="CHA", **vals):
    function = env["collection.function"].search([("code", "=", function)], limit=1)
    return Command.create({"key": key, "name": key, "function_id": function.id, **vals})


def _row(number, to, **vals):
    target = {"target": "end", "end_label": to[4:] or "End"} if to.startswith("end") else {
        "target": "step", "target_key": to}
    return Command.create({
        "position": number, "key": f"r{number}", "timing": "joined", "condition": "joined",
        **target, **vals})


def _event(number, to, code, **vals):
    return _row(number, to, timing="at_once", condition="event", event_code=code, **vals)


def _step(position, key, actions, rows, **vals):
    return Command.create({
        "key": key, "name": key, "position": position, "content_ids": actions,
        "transition_ids": rows, **vals})


def make_trees(env):
    """A join of two, an e-mail by itself, a deadline, an event; and one tree waits for another.

    :return: the published ``collection.sequence.template``
    """
    email = {"kind": "email", "mode": "automatic", "subject": "From a sequence",
             "body": "<p>#customer_name, please call us.</p>"}
    trees = {
        "CHPAIR": [
            _step(1, "pair", [_action(env, "a"), _action(env, "b", "CHB")], [
                _event(1, "paid", "payment"), _row(2, "mail")]),
            _step(2, "mail", [_action(env, "write", **email)], [_row(1, "last")]),
            _step(3, "last", [_action(env, "end"), _action(env, "sign", "CHB")], [
                _row(1, "pair", condition="outcome", content_key="sign", outcome_ids=[
                    Command.set(env.ref("account_collection.outcome_cancelled").ids)]),
                _row(2, "end:Done")], max_visits=50),
            _step(4, "paid", [_action(env, "check")], [_row(1, "last")])],
        "CHCHILD": [_step(1, "look", [_action(env, "look", "CHB")], [_row(1, "end:Seen")])],
        "CHLATE": [
            _step(1, "wait", [_action(env, "call"), _action(env, "file", "CHB")], [
                _row(1, "late", timing="at_once", condition="deadline", delay_amount=2,
                     delay_unit="days"),
                _event(2, "late", "payment_reversed"), _row(3, "late")]),
            _step(2, "late", [_action(env, "decide")], [
                _row(1, "after", target="launch", target_template_code="CHCHILD",
                     target_key="after", wait=True)]),
            _step(3, "after", [_action(env, "end")], [_row(1, "end:Over")])],
    }
    made = env["collection.sequence.template"]
    for code in ("CHCHILD", "CHPAIR", "CHLATE"):
        template = made.create({"code": code, "name": code, "step_ids": trees[code]})
        template.action_publish()
        made |= template
    return made


def make_documents(env):
    """A request of two papers."""
    template = env["collection.document.template"].create({"name": "File", "due_days": 10})
    env["collection.document.template.item"].create([
        {"template_id": template.id, "position": number, "name": name}
        for number, name in enumerate(("Identity card", "Payslip"), start=1)])
    return template


def make_rule(env, scenario):
    """Customers whose street is named get the ladder."""
    search = env["ir.filters"].create({
        "name": "Of a street", "model_id": "res.partner",
        "domain": "[('street', '!=', False)]", "user_ids": False})
    return env["collection.assignment.rule"].create({
        "filter_id": search.id, "attribute": "scenario", "scenario_id": scenario.id})
