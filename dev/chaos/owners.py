"""Whose events and sequences were, while customers became one: noted by triggers in the database.

Once two customers are merged, nothing says any more of which of them an event was that was
delivered before. It was owed to the sequences of that one alone; what comes later, to all
sequences of the customer that remains. Each row says what its transaction saw, so that no clock
and no order of commits matters.
"""

#: Makes the tables and their triggers.
WATCH = """
    CREATE TABLE chaos_delivery (
        number serial, signal_id integer NOT NULL, customer_id integer NOT NULL,
        seen pg_snapshot NOT NULL DEFAULT pg_current_snapshot());
    CREATE TABLE chaos_move (
        number serial, sequence_id integer NOT NULL, former_id integer NOT NULL,
        by xid8 NOT NULL DEFAULT pg_current_xact_id());
    CREATE FUNCTION chaos_note_delivery() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO chaos_delivery (signal_id, customer_id) VALUES (NEW.id, NEW.customer_id);
        RETURN NULL;
    END $$;
    CREATE FUNCTION chaos_note_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO chaos_move (sequence_id, former_id) VALUES (OLD.id, OLD.customer_id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER chaos_delivery AFTER UPDATE OF delivered_at ON collection_signal FOR EACH ROW
        WHEN (OLD.delivered_at IS NULL AND NEW.delivered_at IS NOT NULL)
        EXECUTE FUNCTION chaos_note_delivery();
    CREATE TRIGGER chaos_move AFTER UPDATE OF customer_id ON collection_sequence FOR EACH ROW
        WHEN (OLD.customer_id <> NEW.customer_id) EXECUTE FUNCTION chaos_note_move();
"""

#: Reads the events that were delivered and never reached an open sequence of their customer.
LOST = """
    SELECT signal.key, sequence.id
      FROM collection_signal AS signal
      JOIN LATERAL (SELECT customer_id, seen FROM chaos_delivery
                     WHERE signal_id = signal.id ORDER BY number DESC LIMIT 1) AS delivery ON TRUE
      JOIN collection_sequence AS sequence
        ON sequence.company_id = signal.company_id
       AND (signal.sequence_id IS NULL OR signal.sequence_id = sequence.id)
       AND sequence.state IN ('running', 'paused')
       AND sequence.create_date < signal.create_date
       AND delivery.customer_id = COALESCE(
           (SELECT former_id FROM chaos_move
             WHERE sequence_id = sequence.id AND NOT pg_visible_in_snapshot(by, delivery.seen)
          ORDER BY number LIMIT 1), sequence.customer_id)
 LEFT JOIN collection_signal_receipt AS receipt
        ON receipt.sequence_id = sequence.id AND receipt.key = signal.key
     WHERE signal.delivered_at IS NOT NULL AND receipt.id IS NULL
"""
