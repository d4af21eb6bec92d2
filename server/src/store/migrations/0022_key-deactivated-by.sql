-- What one has switched off or taken away, another does not get back by a side door.
alter table access_keys add column deactivated_by bigint references users;
comment on column access_keys.deactivated_by is 'The administrator who switched it off: only administrators switch it on again. null: whoever has it did, or nobody';

alter table function_versions add column missing_secrets text[] not null default '{}';
comment on column function_versions.missing_secrets is 'Names of the secrets that were removed when somebody changed the version who may not have them, until they are given again';
