-- Rule 2: a tenant-level version in testing holds its owner's own operations once they have switched it on.
alter table extension_versions add column tested_by bigint references users;
comment on column extension_versions.tested_by is 'Who has switched the tenant-level version in testing on for their own operations; counts while they own the extension';
