-- What may be asked of a thing while it waits or after it has ended: why an operation ended, why an extension was rejected, whose trace a
-- message belongs to.
alter table operations add column why jsonb;
comment on column operations.why is 'The reason as a code and what fills its sentence, for those who word it themselves; the column reason is the English sentence';
alter table messages add column traceparent text;
comment on column messages.traceparent is 'The W3C trace context in which what the message tells of was asked for; it travels in headers only';
alter table extension_versions
  add column rejected_by bigint references users,
  add column rejected_at timestamptz,
  add column rejection_reason text;
comment on column extension_versions.rejection_reason is 'Of the last rejection, until the version is approved';
