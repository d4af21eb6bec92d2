create table known_addresses (
  user_id bigint not null references users on delete cascade,
  address text not null,
  seen_at timestamptz not null default now(),
  primary key (user_id, address)
);
comment on table known_addresses is 'From where a user has signed in, of IPv6 the network; guesses elsewhere do not shut them out there. Kept for thirty days, twenty for each user';
