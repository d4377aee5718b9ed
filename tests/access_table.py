"""Who may do what with which record and field, and call which method: all of it, and nothing else.

Kept by hand: what a test finds besides is either a hole or a decision to be written down here.
"""

# -- who -------------------------------------------------------------------------------------

#: It opens a window, whose records are then refused: it shows and does nothing by itself.
EVERYBODY = {
    "stranger", "customer", "other_customer", "partner", "other_partner", "contributor",
    "employee", "accountant", "other_collector", "collector", "all_customers", "manager",
    "other_company",
}
#: Whoever has a right of the collection desk, in any company.
DESK = {"other_collector", "collector", "all_customers", "manager", "other_company"}
#: Who collects from the customer: its collector, those of all customers, the manager.
OWN = {"collector", "all_customers", "manager"}
#: Managers, of settings that all companies share or of their own.
MANAGERS = {"manager", "other_company"}
#: The manager of the record's company.
MANAGER = {"manager"}
#: Who invoices and has no right of the desk: reads what is done about invoices, reports disputes.
ACCOUNTANTS = {"accountant"}
#: Nobody: written by what happens alone.
NOBODY = set()

# -- records ---------------------------------------------------------------------------------

#: What happened to a customer: read, and written by commands alone.
TRACE = {"read": OWN}
#: The same, and a few fields of it are edited.
CASE = {"read": OWN, "write": OWN}
#: A setting that every company shares: the desk reads it, managers make it.
SETTING = {"read": DESK, "write": MANAGERS, "create": MANAGERS, "unlink": MANAGERS}
#: A dialog: everybody of the desk has the own ones; what it does is checked.
DIALOG = {"read": DESK, "write": DESK, "create": DESK, "unlink": DESK}
#: A dialog of managers.
MANAGERS_DIALOG = {"read": MANAGERS, "write": MANAGERS, "create": MANAGERS, "unlink": MANAGERS}
#: What the machinery keeps for itself: administrators of Odoo look, who are none of these.
INTERNAL = {}
#: What managers look up, each of the own company.
MACHINERY = {"read": MANAGERS}
#: What managers of the company look up.
LOG = {"read": MANAGER}

RECORDS = {
    "collection.action": CASE,
    "collection.action.assign": DIALOG,
    "collection.action.close": DIALOG,
    "collection.action.close.marker": DIALOG,
    "collection.action.keep": DIALOG,
    "collection.action.option": SETTING,
    "collection.action.reschedule": DIALOG,
    "collection.action.skip": DIALOG,
    "collection.action.template": SETTING,
    "collection.analysis.action": TRACE,
    "collection.analysis.cohort": TRACE,
    "collection.analysis.dispute": TRACE,
    "collection.analysis.effect": TRACE,
    "collection.analysis.figures": DIALOG,
    "collection.analysis.flow": TRACE,
    "collection.analysis.forecast": TRACE,
    "collection.analysis.forecast.past": TRACE,
    "collection.analysis.item": TRACE,
    "collection.analysis.month": TRACE,
    "collection.analysis.promise": TRACE,
    "collection.analysis.sequence": TRACE,
    "collection.analysis.stage": TRACE,
    "collection.anchor": MACHINERY,
    "collection.anchor.leaf": MACHINERY,
    "collection.anonymise": MANAGERS_DIALOG,
    "collection.anonymise.line": MANAGERS_DIALOG,
    "collection.answer": TRACE,
    "collection.answer.refuse": DIALOG,
    "collection.assignment": TRACE,
    "collection.assignment.mass": DIALOG,
    "collection.assignment.mass.switch": DIALOG,
    "collection.assignment.rule": {
        "read": OWN | {"other_collector"}, "write": MANAGER, "create": MANAGER,
        "unlink": MANAGER},
    "collection.assignment.run": LOG,
    "collection.call": DIALOG,
    "collection.call.instalment": DIALOG,
    "collection.case.file": TRACE,
    "collection.case.file.make": DIALOG,
    "collection.case.hand.over": DIALOG,
    "collection.case.handover": TRACE,
    "collection.claim.waive": DIALOG,
    "collection.cost": {"read": OWN, "write": OWN, "create": OWN, "unlink": OWN},
    "collection.deadline": TRACE,
    "collection.debtor": TRACE,
    "collection.debtor.hold": DIALOG,
    "collection.debtor.mark": INTERNAL,
    "collection.debtor.statement": DIALOG,
    "collection.dispatch": TRACE,
    "collection.dispute": CASE,
    "collection.dispute.reason": {**SETTING, "read": DESK | ACCOUNTANTS},
    "collection.dispute.report": {
        "read": ACCOUNTANTS, "write": ACCOUNTANTS, "create": ACCOUNTANTS, "unlink": ACCOUNTANTS},
    "collection.dispute.resolve": DIALOG,
    "collection.document.automation": SETTING,
    "collection.document.contributor": TRACE,
    "collection.document.file": TRACE,
    "collection.document.invite": DIALOG,
    "collection.document.item": CASE,
    "collection.document.notice": TRACE,
    "collection.document.provide": DIALOG,
    "collection.document.refuse": DIALOG,
    "collection.document.request": CASE,
    "collection.document.send": DIALOG,
    "collection.document.start": DIALOG,
    "collection.document.start.line": DIALOG,
    "collection.document.steer": DIALOG,
    "collection.document.template": SETTING,
    "collection.document.template.function": SETTING,
    "collection.document.template.item": SETTING,
    "collection.download": DIALOG,
    "collection.function": SETTING,
    "collection.group": SETTING,
    "collection.history": TRACE,
    "collection.history.chain": LOG,
    "collection.history.check": MACHINERY,
    "collection.history.erase": MANAGERS_DIALOG,
    "collection.item.snapshot": INTERNAL,
    "collection.item.status": SETTING,
    "collection.item.wizard": DIALOG,
    "collection.item.wizard.instalment": DIALOG,
    "collection.label": SETTING,
    "collection.library": MACHINERY,
    "collection.letter.import": DIALOG,
    "collection.letter.import.line": DIALOG,
    "collection.letter.tracking": DIALOG,
    "collection.limitation.interruption": TRACE,
    "collection.limitation.note": DIALOG,
    "collection.limitation.rule": SETTING,
    "collection.limitation.withdraw": DIALOG,
    "collection.link": TRACE,
    "collection.message.edit": DIALOG,
    "collection.message.preview": DIALOG,
    "collection.new.action": DIALOG,
    "collection.notice.day": DIALOG,
    "collection.notice.reserve": DIALOG,
    "collection.notice.text": SETTING,
    "collection.outcome": {"read": DESK},
    "collection.participant": {"read": OWN, "write": OWN, "create": OWN, "unlink": OWN},
    "collection.payment.plan": TRACE,
    "collection.payment.plan.line": TRACE,
    "collection.payment.plan.offer": DIALOG,
    "collection.payment.plan.offer.instalment": DIALOG,
    "collection.payment.plan.paper": DIALOG,
    "collection.payment.plan.withdraw": DIALOG,
    "collection.penalty.rate": SETTING,
    "collection.personal.export": MANAGERS_DIALOG,
    "collection.plan.mark": INTERNAL,
    "collection.plan.state": INTERNAL,
    "collection.plan.wake": INTERNAL,
    "collection.promise": TRACE,
    "collection.promise.cancel": DIALOG,
    "collection.promise.line": TRACE,
    "collection.reply": CASE,
    "collection.reply.pass": DIALOG,
    "collection.scenario": SETTING,
    "collection.scenario.step": SETTING,
    "collection.seal": {"read": MANAGERS, "write": MANAGERS},
    "collection.sequence": CASE,
    "collection.sequence.add.action": DIALOG,
    "collection.sequence.content": SETTING,
    "collection.sequence.launch": DIALOG,
    "collection.sequence.launch.line": DIALOG,
    "collection.sequence.migration": MANAGERS_DIALOG,
    "collection.sequence.migration.line": MANAGERS_DIALOG,
    "collection.sequence.note": DIALOG,
    "collection.sequence.note.line": DIALOG,
    "collection.sequence.resume": DIALOG,
    "collection.sequence.steer": DIALOG,
    "collection.sequence.step": SETTING,
    "collection.sequence.template": SETTING,
    "collection.sequence.template.publish": MANAGERS_DIALOG,
    "collection.sequence.transition": SETTING,
    "collection.sequence.visit": TRACE,
    "collection.settings": MANAGERS_DIALOG,
    "collection.setup": {"read": MANAGER, "write": MANAGER, "create": MANAGER},
    "collection.setup.line": MANAGERS_DIALOG,
    "collection.signal": LOG,
    "collection.signal.receipt": TRACE,
    "collection.takeover.line": MANAGERS_DIALOG,
    "collection.statement.run": LOG,
    "collection.template.check": SETTING,
    "collection.template.import": MANAGERS_DIALOG,
    "collection.truce": SETTING,
}

# -- methods ---------------------------------------------------------------------------------

_METHODS = [
    (NOBODY, {  # administrators only, who are none of these
        "base.module.uninstall": "action_export_collection_histories",
        # of no row: each analysis has its own
        "collection.analysis.report": "action_open",
    }),
    (EVERYBODY, {
        "collection.debtor": "get_empty_list_help",
        "account.move.line":
            "action_detach_from_collection action_open_collection_limitation",
        "collection.action":
            "action_open action_open_assign action_open_keep action_open_reschedule "
            "action_open_reserve action_open_skip",
        "collection.answer": "action_open_refuse",
        "collection.assignment.rule": "action_add",
        "collection.dispute": "action_open_resolve",
        "collection.document.request":
            "action_download_pdf action_download_zip action_open action_open_files "
            "action_open_invite action_open_sequence action_open_start action_open_steering",
        "collection.document.template": "action_open_requests",
        "collection.document.template.function": "action_open_invite",
        "collection.group": "action_open_customers",
        "collection.history": "action_open_erase",
        "collection.limitation.interruption": "action_open_withdraw",
        "collection.payment.plan": "action_open_paper action_open_withdraw",
        "collection.promise": "action_open_cancel",
        "collection.reply": "action_open_pass",
        "collection.scenario": "action_open_actions action_open_customers",
        "collection.setup": "action_open_preview",
        "collection.sequence":
            "action_open action_open_actions action_open_add_action action_open_note "
            "action_open_resume action_open_steering",
        "collection.sequence.template": "action_open_contents action_open_sequences",
    }),
    (DESK, {
        "collection.analysis.figures": "action_open action_open_aged",
        # each the own
        "collection.analysis.week": "get_action get_week subscribe",
        "collection.assignment.rule": "get_alerts",
        "collection.dispatch": "get_alert",
        "collection.letter.import": "action_import",
        "collection.message.preview": "find_sample get_tags",
        "collection.scenario.step": "action_open_proposed",
        "collection.sequence.dry.run": "read_paths read_run",
        "collection.sequence.template":
            "action_check action_export_file action_open_all_paths action_open_dry_run "
            "action_open_migration",
        "collection.template.check": "action_open_run",
    }),
    (OWN, {
        "account.move":
            "action_dispute action_open_claim_payment action_open_claim_waiver "
            "action_open_collection_wizard "
            "action_promise restore_collection_claims settle_collection_claims "
            "waive_collection_claims",
        "account.move.line":
            "action_dispute action_offer_plan action_open_collection_wizard action_promise "
            "action_take_into_followup set_collection_claim_kind set_collection_status",
        "collection.action":
            "action_confirm action_dispute action_log_call action_open_address action_open_close "
            "action_open_customer action_open_document_requests action_open_edit "
            "action_open_preview action_open_proposed action_open_sequence action_promise "
            "action_request_documents action_send_as_letter action_send_now close confirm "
            "confirm_batch create_specific detach edit_message reschedule reserve_interest "
            "send_and_keep send_now skip",
        "collection.action.assign": "action_apply",
        "collection.action.close":
            "action_cancel_action action_decide action_done action_ignore action_refuse "
            "action_validate",
        "collection.action.keep": "action_apply",
        "collection.action.reschedule": "action_apply",
        "collection.action.skip": "action_apply skip_batch",
        "collection.analysis.action": "action_open",
        "collection.analysis.cohort": "action_open",
        "collection.analysis.dispute": "action_open",
        "collection.analysis.effect": "action_open",
        "collection.analysis.flow": "action_open",
        "collection.analysis.forecast": "action_open",
        "collection.analysis.forecast.past": "action_open action_open_received",
        "collection.analysis.item": "action_open",
        "collection.analysis.month": "action_open",
        "collection.analysis.promise": "action_open",
        "collection.analysis.sequence": "action_open",
        "collection.analysis.stage": "action_open",
        "collection.answer": "accept action_accept refuse",
        "collection.answer.refuse": "action_apply",
        "collection.assignment": "action_lock action_unlock",
        "collection.debtor":
            "action_confirm action_open_change action_open_customer action_open_hold "
            "action_open_skip action_open_statement",
        "collection.dispatch":
            "action_cancel action_confirm_address action_mark_sent action_open_action "
            "action_open_letter_import action_open_notice_day action_open_tracking action_print "
            "action_retry correct_notice_day record_tracking",
        "collection.dispute": "action_open_follow_up open resolve",
        "collection.dispute.resolve": "action_apply",
        "collection.call": "action_apply",
        "collection.case.file":
            "action_download action_launch_sequence action_open action_open_hand_over "
            "action_open_hold action_retry",
        "collection.case.file.make": "action_make",
        "collection.case.hand.over": "action_hand_over",
        "collection.case.handover": "action_revoke",
        "collection.claim.waive": "action_apply",
        "collection.document.contributor": "action_remove action_send_link",
        "collection.document.file": "action_download action_open_item",
        "collection.document.invite": "action_invite action_use_known",
        "collection.document.item":
            "action_approve action_approve_next action_open_provide action_open_refuse "
            "action_open_request action_reopen action_reset provide refuse",
        "collection.document.provide": "action_provide",
        "collection.document.refuse": "action_apply",
        "collection.document.request":
            "action_cancel action_open_asking action_open_customer action_open_items "
            "action_open_review action_pause action_refuse action_resume action_run_automation "
            "invite",
        "collection.document.send": "action_send",
        "collection.document.steer": "action_apply",
        "collection.item.wizard":
            "action_apply action_back action_edit action_next action_preview",
        "collection.limitation.interruption": "note_interruption withdraw",
        "collection.letter.tracking": "action_apply",
        "collection.limitation.note": "action_apply",
        "collection.limitation.withdraw": "action_apply",
        "collection.link": "action_revoke send_internal",
        "collection.message.edit": "action_apply",
        "collection.new.action": "action_apply action_apply_and_send",
        "collection.notice.day": "action_apply",
        "collection.notice.reserve": "action_apply",
        "collection.participant": "action_invite_to_portal",
        "collection.payment.plan":
            "accept_on_paper action_open_version action_print action_send action_send_letter "
            "offer send withdraw",
        "collection.payment.plan.offer": "action_apply action_apply_and_send",
        "collection.payment.plan.paper": "action_apply",
        "collection.payment.plan.withdraw": "action_apply",
        "collection.promise": "cancel make",
        "collection.promise.cancel": "action_apply",
        "collection.reply":
            "action_accept action_copy action_dispute action_nothing action_open_customer "
            "action_open_refuse action_open_thread action_promise action_proof action_question "
            "give_to pass_on settle",
        "collection.reply.pass": "action_apply",
        "collection.sequence":
            "action_open_children action_open_customer action_open_my_action "
            "action_open_original action_open_parent "
            "action_open_successor "
            "action_open_switch action_pause action_resume action_retry action_skip action_stop "
            "add_action jump_to migrate_to record_event switch_to",
        "collection.sequence.add.action": "action_apply",
        "collection.sequence.launch": "action_launch action_open_existing action_switch",
        "collection.sequence.note.line": "action_note",
        "collection.sequence.resume": "action_apply",
        "collection.sequence.steer": "action_apply",
    }),
    (MANAGERS, {
        "collection.assignment.rule": "action_run_automatic automatic_begin automatic_step",
        "collection.anchor": "action_retry",
        "collection.history": "verify",
        "collection.seal": "action_anchor action_open_checks action_reseal action_verify",
        "collection.library": "action_load action_open_records",
        "collection.scenario": "action_run_now run_due run_outlook run_plan run_send",
        "collection.settings": "action_apply",
        "collection.anonymise": "action_apply",
        "collection.personal.export": "action_export",
        "collection.takeover.line": "action_hold action_open action_take_in",
        "collection.sequence.migration": "action_apply",
        "collection.sequence.template":
            "action_archive_version action_new_version action_publish action_publish_checked "
            "keep_dry_run",
        "collection.sequence.template.publish": "action_publish",
        "collection.template.import": "action_import",
        "res.partner": "action_verify_collection_history",
    }),
    (MANAGER, {
        "collection.assignment.rule":
            "action_open_automatic action_open_run action_take_search preview run run_batch "
            "run_outlook",
        "collection.history": "erase_text",
        "collection.history.erase": "action_apply",
        "collection.setup":
            "action_apply action_enter_rates action_launch_sequence action_load_example "
            "action_open_bank_accounts action_open_head "
            "action_open_takeover action_preview action_run_now action_start action_stop "
            "action_test_mail",
        "collection.setup.line": "action_open_customer",
    }),
    (DESK | ACCOUNTANTS | {"customer", "employee"}, {
        "res.partner":
            "action_launch_collection_sequence action_open_collection_actions "
            "action_open_collection_customer action_open_collection_dispatches "
            "action_open_collection_export "
            "action_open_collection_disputes action_open_collection_items "
            "action_open_collection_links action_open_collection_payments "
            "action_open_collection_promises action_open_collection_replies "
            "action_open_collection_requests action_open_collection_sequences "
            "action_request_collection_documents",
    }),
    (OWN | ACCOUNTANTS | {"customer", "other_collector"}, {
        "account.move.line": "action_open_collection_document",
    }),
    (ACCOUNTANTS, {
        "account.move": "action_open_dispute_report",
        "collection.dispute.report": "action_apply",
    }),
    (OWN | {"other_collector"}, {
        # of one's own customers
        "collection.analysis": "get_action get_differences get_figures",
        "collection.assignment.rule": "action_open_customers",
    }),
    (OWN | {"other_company"}, {
        "collection.action": "create_message create_messages",
        "collection.assignment": "set_lock",
        "collection.assignment.mass": "action_apply change_batch",
        "collection.debtor.hold": "action_apply action_release hold_batch release_batch",
        "collection.debtor.statement": "action_apply action_download send_batch",
        "collection.document.request": "start",
        "collection.document.start": "action_start",
        "collection.message.preview": "render_sample",
        "collection.sequence.template": "launch",
        "res.partner":
            "action_confirm_collection_email action_dispute action_log_call "
            "action_open_collection_new_action action_open_collection_statement action_promise "
            "get_collection_statement_totals",
    }),
]

METHODS = {}
for _who, _models in _METHODS:
    for _model, _names in _models.items():
        METHODS.setdefault(_model, {}).update(dict.fromkeys(_names.split(), _who))

# -- fields of core models -------------------------------------------------------------------

#: Who sees what the books say already: accounting is theirs to read, of every customer.
BOOKS = OWN | {"other_collector"}
#: Who has a login of the office.
COLLEAGUES = DESK | ACCOUNTANTS | {"employee"}

_FIELDS = [
    # (who reads, searches, groups and orders by it; who writes it; fields)
    (OWN, OWN | {"other_company"}, {
        # a customer's settings, of each company its own
        "res.partner":
            "collection_scenario_id collection_hold_until collection_hold_reason "
            "collection_contact_id collection_debtor_kind collection_claim_kind "
            "collection_penalties "
            "collection_indemnity collection_interactive_email",
    }),
    (OWN | {"other_company"}, OWN | {"other_company"}, {
        # what is so whichever company looks
        "res.partner": "collection_insolvency_date collection_group_ids",
    }),
    (OWN | {"other_company"}, NOBODY, {
        # an insolvency keeps every company from chasing
        "res.partner":
            "collection_bounced_email collection_email_blocked collection_not_chased",
    }),
    (BOOKS, {"all_customers", "manager", "other_company"}, {
        # who collects: whoever collects knows whom to ask
        "res.partner": "collector_id",
    }),
    (DESK, DESK, {"res.partner": "collection_internal"}),
    (COLLEAGUES, NOBODY, {
        # what an e-mail shows; its figures are the reader's own
        "digest.digest": "kpi_collection_received kpi_collection_kept kpi_collection_done",
    }),
    (DESK, NOBODY, {
        "digest.digest":
            "kpi_collection_received_value kpi_collection_kept_value kpi_collection_done_value",
    }),
    (DESK, NOBODY, {"res.partner": "collection_followed_by"}),
    (OWN, NOBODY, {
        "res.partner":
            "collection_anonymised_on collection_head "
            "collection_balance collection_overdue collection_days_late collection_kept_out "
            "collection_last_payment collection_payer_delay collection_payer_profile "
            "collection_next_action_id collection_next_action_ids collection_next_date "
            "collection_next_name collection_sequence_count "
            "collection_request_count collection_origins collection_history_ids "
            "collection_participant_ids collection_sequence_ids collection_action_ids "
            "collection_open_action_ids collection_assignment_ids",
        "account.move":
            "collection_status_id collection_status_color collection_comment "
            "collection_promise_date collection_waiver collection_claims_paid "
            "collection_is_claimed collection_is_chased",
        "account.move.line":
            "collection_status_id collection_status_color collection_comment "
            "collection_promise_date collection_review_date collection_excluded_since "
            "collection_claim_kind collection_limitation_date collection_limitation_warned "
            "collection_notice_date collection_outlook collection_penalty collection_action_ids "
            "collection_is_own collection_held_by",
    }),
    (OWN | ACCOUNTANTS, NOBODY, {
        # what is done about an invoice, whoever its customer is
        "account.move":
            "collection_shown_status collection_shown_next collection_shown_promise "
            "collection_shown_dispute",
    }),
    (BOOKS | ACCOUNTANTS | {"customer"}, NOBODY, {
        # a column of a list: the record's id, by which what it shows is read
        "account.move":
            "collection_status_column collection_next_column collection_promise_column "
            "collection_dispute_column",
    }),
    (BOOKS, NOBODY, {
        "account.move.line":
            "collection_is_overdue collection_kept_out collection_document collection_days_late",
    }),
    (COLLEAGUES - {"other_company"}, NOBODY, {
        # settings are made by Odoo's administrators, and by managers with a dialog
        "res.company":
            "collection_manager_id collection_link_days collection_payment_days "
            "collection_matching_days collection_penalty_regime collection_claim_years "
            "collection_statement_paid_late collection_started_on collection_old_before "
            "collection_old_until collection_call_attempts collection_reply_days "
            "collection_score_amount collection_score_full_amount collection_score_age "
            "collection_score_full_days collection_score_broken collection_score_answer "
            "collection_score_deadline "
            "collection_score_deadline_days collection_score_silence "
            "collection_score_silence_days collection_buckets collection_retention_months "
            "collection_statement_monthly collection_statement_format collection_closure_ids",
    }),
    (NOBODY, NOBODY, {
        "mail.activity": "collection_key",
        "mail.mail": "is_collection_copy collection_tries",
        "base.module.uninstall": "collection_customer_count collection_history_count",
        "res.config.settings":
            "collection_manager_id collection_started_on collection_old_before "
            "collection_old_until collection_default_scenario_id "
            "collection_default_collector_id collection_link_days collection_payment_days "
            "collection_matching_days collection_penalty_regime collection_claim_years "
            "collection_statement_paid_late collection_penalties collection_indemnity "
            "collection_call_attempts collection_reply_days collection_upload_limit_mb "
            "collection_quota_sender_files collection_quota_sender_mb "
            "collection_quota_request_files collection_quota_request_mb "
            "collection_quota_customer_files collection_quota_customer_mb "
            "collection_clamd_address collection_clamd_silent collection_currency_id "
            "collection_score_amount collection_score_full_amount collection_score_age "
            "collection_score_full_days collection_score_broken collection_score_answer "
            "collection_score_deadline collection_score_deadline_days "
            "collection_score_silence collection_score_silence_days collection_buckets "
            "collection_retention_months collection_statement_monthly "
            "collection_statement_format",
    }),
]

#: (who reads it, who writes it) by model and field. Whoever reads a field searches, groups and
#: orders by it, and nobody else.
FIELDS = {}
for _readers, _writers, _models in _FIELDS:
    for _model, _names in _models.items():
        FIELDS.setdefault(_model, {}).update(
            dict.fromkeys(_names.split(), (_readers, _writers)))

# -- owners ----------------------------------------------------------------------------------

#: Of records that others than managers write: what each points to. *Fixed* is never changed once
#: the record is there, whoever asks; *chosen* is a choice among what the user may see.
POINTERS = {
    "collection.action": {
        "fixed":
            "customer_id company_id sequence_id visit_id step_id content_id responsible_id "
            "validator_id user_id option_id submitted_by_id closed_by_id scenario_id "
            "scenario_step_id leader_id confirmed_by_id notified_partner_id call_contact_id "
            "to_partner_id edited_by_id copy_function_id beside_function_id",
        "chosen":
            "function_id recipient_function_id validator_function_id mail_template_id "
            "document_template_id",
    },
    "collection.cost": {
        "fixed": "sequence_id",
        "chosen": "currency_id partner_id",
    },
    "collection.dispute": {
        "fixed": "customer_id company_id reason_id action_id", "chosen": "owner_id"},
    "collection.document.item": {
        "fixed": "request_id company_id customer_id template_item_id contributor_id "
                 "reviewed_by_id",
        "chosen": "user_id function_id message_main_attachment_id",
    },
    "collection.document.request": {
        "fixed": "template_id customer_id company_id action_id partner_id",
        "chosen": "user_id",
    },
    "collection.participant": {
        "fixed": "customer_id company_id sequence_id",
        "chosen": "function_id user_id contact_id partner_id",
    },
    "collection.reply": {
        "fixed":
            "customer_id company_id partner_id message_ref_id about_action_id user_id done_by_id "
            "promise_id dispute_id action_id",
    },
    "collection.sequence": {
        "fixed":
            "customer_id company_id template_id visit_id step_id launched_by_id parent_id "
            "successor_id duplicate_of_id",
    },
}

# -- dialogs ---------------------------------------------------------------------------------

#: What each dialog is about: nobody opens one on what is not theirs to read.
ABOUT = {
    "collection.action.assign": "action_id",
    "collection.action.close": "action_id",
    "collection.action.keep": "action_id",
    "collection.action.reschedule": "action_id",
    "collection.action.skip": "action_ids",
    "collection.anonymise": "customer_ids",
    "collection.anonymise.line": "customer_id",
    "collection.answer.refuse": "answer_ids",
    "collection.assignment.mass": "customer_ids",
    "collection.call":
        "customer_id action_id promise_item_ids dispute_item_ids paper_item_ids promise_id "
        "dispute_id call_action_id reply_id",
    "collection.case.file.make": "customer_id sequence_ids item_ids",
    "collection.case.hand.over": "case_file_id",
    "collection.claim.waive": "move_ids",
    "collection.debtor.hold": "customer_ids",
    "collection.debtor.statement": "customer_ids written_ids",
    "collection.dispute.report": "move_ids",
    "collection.dispute.resolve": "dispute_id",
    "collection.document.invite": "request_id",
    "collection.document.provide": "item_id",
    "collection.document.refuse": "item_ids",
    "collection.document.send": "request_id contributor_ids",
    "collection.document.start": "action_id customer_id",
    "collection.document.steer": "request_ids",
    "collection.history.erase": "row_ids",
    "collection.item.wizard": "item_ids copied_action_id",
    "collection.letter.import.line": "dispatch_id",
    "collection.letter.tracking": "dispatch_id",
    "collection.limitation.note": "item_ids",
    "collection.limitation.withdraw": "interruption_id",
    "collection.message.edit": "action_id",
    "collection.message.preview": "action_id",
    "collection.new.action": "item_ids copied_action_id customer_id created_id",
    "collection.personal.export": "partner_id",
    "collection.notice.day": "dispatch_id",
    "collection.notice.reserve": "action_id",
    "collection.payment.plan.offer": "customer_id item_ids former_id",
    "collection.payment.plan.paper": "plan_id",
    "collection.payment.plan.withdraw": "plan_id",
    "collection.promise.cancel": "promise_id",
    "collection.reply.pass": "reply_ids",
    "collection.sequence.add.action": "sequence_id",
    "collection.sequence.launch": "customer_id item_ids switch_from_id",
    "collection.sequence.migration.line": "sequence_id",
    "collection.sequence.note": "sequence_id",
    "collection.sequence.note.line": "sequence_id",
    "collection.sequence.resume": "sequence_id",
    "collection.sequence.steer": "sequence_id",
}

#: Whom a dialog names besides: contacts and colleagues, whose names everybody of the desk reads.
NAMED = {
    "collection.action.assign": "contact_id",
    "collection.assignment.mass": "contact_id",
    "collection.call": "contact_id",
    "collection.case.hand.over": "participant_id",
    "collection.document.invite": "partner_id",
    "collection.document.provide": "attachment_ids",
    "collection.document.start": "partner_id",
    "collection.document.start.line": "partner_id",
    "collection.message.edit": "to_partner_id copy_partner_ids added_file_ids",
    "collection.letter.tracking": "receipt_ids",
    "collection.payment.plan.offer": "partner_id",
    "collection.reply.pass": "customer_id",
    "collection.item.wizard": "promised_by_id colleague_ids",
    "collection.sequence.launch.line": "contact_id",
    "collection.setup.line": "customer_id",
}
