-- The life of an extension: what runs is a version, a newer one is made beside it, and every step is kept.
alter table extension_versions
  add column deployment text not null default 'service' check (deployment in ('service', 'function')),
  add column revision integer not null default 1,
  drop constraint extension_versions_status_check,
  add constraint extension_versions_status_check
    check (status in ('testing', 'in-review', 'approved', 'rejected', 'published', 'disabled', 'superseded', 'discarded'));
comment on column extension_versions.deployment is 'How its author runs it; the same in all versions of an extension';
comment on column extension_versions.revision is 'Counts the changes of its content, so that nobody approves or overwrites what they have not seen';
create unique index extension_versions_standing on extension_versions (extension_id) where status in ('published', 'disabled');
create unique index extension_versions_draft on extension_versions (extension_id) where status in ('testing', 'in-review', 'rejected');
create index extension_versions_in_review on extension_versions (submitted_at) where status = 'in-review';

-- Checks of old name their extension, so one that is deleted stays as a row that nobody finds.
alter table extensions add column deleted_at timestamptz;

create table extension_history (
  id bigint generated always as identity primary key,
  extension_id bigint not null references extensions on delete cascade,
  version integer not null,
  step text not null,
  user_id bigint not null references users,
  from_status text,
  to_status text,
  fields text[] not null default '{}',
  note text not null default '',
  at timestamptz not null default now()
);
create index on extension_history (extension_id, id);
comment on column extension_history.note is 'A reason, or a comment';
comment on column extension_history.fields is 'What of the content a change changed';

insert into extension_history (extension_id, version, step, user_id, from_status, to_status, note, at)
select e.id, coalesce((a.details->>'version')::integer, 1), split_part(a.action, '.', 2), a.user_id,
  coalesce(a.details->>'from', case a.action when 'extension.change' then 'testing' end),
  coalesce(a.details->>'to', case when a.action in ('extension.register', 'extension.change') then 'testing' end),
  coalesce(a.details->>'reason', ''), a.at
from audit_entries a join extensions e on e.tenant_id = a.tenant_id and e.code = a.object
where a.user_id is not null and a.action in ('extension.register', 'extension.change', 'extension.submit', 'extension.approve',
  'extension.reject', 'extension.publish', 'extension.disable')
order by a.id;
-- Whoever registered it wrote its first version.
update extension_versions v set changed_by = array_prepend(e.owner_id, v.changed_by)
from extensions e where e.id = v.extension_id and not e.owner_id = any(v.changed_by);
