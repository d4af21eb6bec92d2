-- Trials: what an author asks an extension under test, about an operation that nobody asked for.
alter table operations add column trial boolean not null default false;
comment on column operations.trial is 'Sent by hand to an extension under test: it has its message, its deliveries and its check, and ends without an effect. Its snapshot is what is told of the object to whoever asks';
create index operations_trials on operations (tenant_id, requested_at desc, id) where trial;
