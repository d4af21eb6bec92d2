-- Who signs in and how: sessions that their user sees and ends, guesses counted for all replicas, users of an OpenID provider, and users that are
-- programs of an extension.

alter table users
  add column email text,
  add column one_time_until timestamptz,
  add column service_of bigint references extensions on delete cascade;
create unique index users_email on users (tenant_id, lower(email));
create unique index users_service_of on users (service_of);
alter table users add constraint users_service_of_alone check (service_of is null or (password_hash is null and email is null and tenant_roles = '{}'));
comment on column users.email is 'Said by an administrator or by the provider, never by the user; a sign-in by OpenID Connect may be recognised by it';
comment on column users.one_time_until is 'The password is one that an administrator knows: it signs in until then, and only to be replaced';
comment on column users.service_of is 'The extension that this user speaks for; null for a person';

alter table sessions
  add column id uuid not null default gen_random_uuid(),
  add column seen_at timestamptz not null default now(),
  add column address text not null default '',
  add column agent text not null default '',
  add column way text not null default 'password' check (way in ('password', 'openid')),
  add column id_token bytea;
create unique index on sessions (id);
comment on column sessions.seen_at is 'To the minute';
comment on column sessions.id_token is 'Encrypted, bound to the session; what the provider wants to see when it is told of the signing out';

create table sign_in_failures (
  name_hash bytea not null,
  address text not null,
  count integer not null,
  since timestamptz not null,
  primary key (name_hash, address)
);
create index on sign_in_failures (since);
comment on table sign_in_failures is 'Failed attempts to sign in under a name from an address; an empty address or hash stands for all. Names are hashed: people type passwords in their place';

create table user_identities (
  issuer text not null,
  subject text not null,
  user_id bigint not null references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (issuer, subject),
  unique (user_id, issuer)
);
comment on table user_identities is 'Who a user is at an OpenID provider';
