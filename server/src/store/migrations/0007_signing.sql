-- With what HTTP deliveries are signed.
create table target_signing_secrets (
  id uuid primary key,
  target_id bigint not null references event_targets on delete cascade,
  secret bytea not null,
  created_at timestamptz not null default now(),
  retires_at timestamptz
);
create index on target_signing_secrets (target_id);
create unique index target_signing_secrets_newest on target_signing_secrets (target_id) where retires_at is null;
comment on table target_signing_secrets is 'Secrets of Standard Webhooks. One per target has no end; those it replaced sign beside it until theirs';
comment on column target_signing_secrets.secret is 'Encrypted (AES-256-GCM, bound to the id and the target); signing needs the secret itself, so it cannot be a hash';

create table eventbridge_keys (
  id uuid primary key,
  private_key bytea,
  certificate text not null,
  created_at timestamptz not null default now(),
  retires_at timestamptz,
  check ((private_key is null) = (retires_at is not null))
);
create unique index eventbridge_keys_newest on eventbridge_keys ((true)) where retires_at is null;
comment on table eventbridge_keys is 'RSA pairs of the installation for signatures as EventBridge makes them. One signs; of those before only the certificate is kept, and published until its end';
comment on column eventbridge_keys.private_key is 'Encrypted (AES-256-GCM, bound to the id) PKCS #8';
