-- A span of time is looked up in the seals: entries need no index by time for it.
create index on audit_seals (sealed_at);
