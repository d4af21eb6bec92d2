-- Targets of several kinds, how each is retried, and how much it takes at once.
alter table event_targets
  add column kind text not null default 'http' check (kind in ('http', 'kafka', 'rabbitmq', 'bus')),
  add column settings jsonb not null default '{}',
  add column credentials bytea,
  add column retry_policy text not null default 'EXPONENTIAL_DECAY_RETRY' check (retry_policy in ('BACKOFF_RETRY', 'EXPONENTIAL_DECAY_RETRY')),
  add column errors_tolerance text not null default 'ALL' check (errors_tolerance in ('ALL', 'NONE')),
  add column most_concurrent integer not null default 16 check (most_concurrent between 1 and 256),
  add column blocked_at timestamptz;
comment on column event_targets.endpoint is 'Where it is, as people read it: a URL for http, kafka://broker:port/topic, amqp(s)://host:port/vhost, or the name of another bus';
comment on column event_targets.settings is 'What a kind needs besides, by kind; no secret is among it';
comment on column event_targets.credentials is 'Encrypted (AES-256-GCM, bound to the target id) JSON: user and password and what else the receiver asks for';
comment on column event_targets.blocked_at is 'With errors_tolerance NONE: since when a delivery that used up its retries keeps the later ones waiting';
