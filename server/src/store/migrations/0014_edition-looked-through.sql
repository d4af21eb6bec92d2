-- After the end of an edition every held operation is looked at once for open checks, and not again each second for as long as it stays held.
alter table operations add column edition_ended_at timestamptz;
comment on column operations.edition_ended_at is 'When its open checks were ended because the edition of its tenant had expired; none is opened after that';
create index operations_held_of_tenant on operations (tenant_id) where state = 'held' and edition_ended_at is null;
