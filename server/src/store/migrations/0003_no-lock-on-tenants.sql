-- Every row that refers to a tenant shares a lock on that one row while it is written, where all writers meet. Operations and messages belong
-- to a tenant through who asked for them and where; tenants are never removed.
alter table operations drop constraint operations_tenant_id_fkey;
alter table messages drop constraint messages_tenant_id_fkey;
