-- When a version of a node came to be, and who imported it; null for those of before this was kept.
alter table node_versions add column made_at timestamptz, add column made_by bigint references users;
update node_versions v set made_at = n.modified_at from nodes n where n.id = v.node_id and n.version = v.version;
alter table node_versions alter column made_at set default now();
