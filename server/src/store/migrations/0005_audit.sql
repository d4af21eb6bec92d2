-- The audit trail: entries are written in the transactions of what they record, and sealed into a chain of hashes afterwards (docs/audit.md).

-- The primary key is all that writing an entry has to maintain. Tenants are never removed.
alter table audit_entries drop constraint audit_entries_tenant_id_fkey;
drop index audit_entries_tenant_id_id_idx;
-- As text, exactly as it was written: it is what is hashed.
alter table audit_entries alter column details drop default;
alter table audit_entries alter column details type json using details::json;
alter table audit_entries alter column details set default '{}';

-- An id is drawn only once its transaction has a number of its own. So whoever reads the last id drawn and then takes a transaction number knows
-- that no id up to it is written by a transaction of a higher number. CASE, because nothing else guarantees the order.
alter table audit_entries alter column id drop identity;
create sequence audit_entry_ids owned by audit_entries.id;
select setval('audit_entry_ids', coalesce(max(id), 0) + 1, false) from audit_entries;
alter table audit_entries alter column id
  set default case when pg_current_xact_id() is not null then nextval('audit_entry_ids') end;

create table audit_seals (
  number bigint primary key,
  first_id bigint not null,
  last_id bigint not null,
  entry_count integer not null,
  previous bytea not null,
  hash bytea not null,
  mac bytea not null,
  sealed_at timestamptz not null
);
comment on column audit_seals.mac is 'HMAC-SHA256 of the hash, with a key derived from the secret key';

-- What a seal holds of one tenant; a chain of its own, so that a tenant can verify its entries without those of others.
create table audit_tenant_seals (
  tenant_id bigint not null,
  number bigint not null,
  entry_count integer not null,
  previous bytea not null,
  hash bytea not null,
  marks bytea not null,
  primary key (tenant_id, number)
);
create index on audit_tenant_seals (number);
alter table audit_tenant_seals alter column marks set storage external;
comment on column audit_tenant_seals.marks is '40 bytes for each entry in order of id: the id and the SHA-256 of the entry';

-- Where the chain goes on: what its newest seal says. Whoever seals locks this row.
create table audit_head (
  one boolean primary key default true check (one),
  number bigint not null,
  last_id bigint not null,
  hash bytea not null
) with (fillfactor = 50);
insert into audit_head (number, last_id, hash) values (0, 0, decode(repeat('00', 32), 'hex'));
