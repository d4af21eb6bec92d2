-- What belongs to an operation is written in the transaction, mostly in the statement, of what it refers to, and people, workspaces and extensions are
-- not removed under it. PostgreSQL looked each reference up all the same, eight times in a round, and locked rows that all writers share.
alter table operations drop constraint operations_workspace_id_fkey, drop constraint operations_requested_by_fkey;
alter table messages drop constraint messages_workspace_id_fkey, drop constraint messages_operation_id_fkey;
alter table checks drop constraint checks_operation_id_fkey, drop constraint checks_extension_id_fkey;
alter table deliveries drop constraint deliveries_message_id_fkey;
alter table attempts drop constraint attempts_delivery_id_fkey;
