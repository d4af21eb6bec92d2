-- Which files of its deployment have to take effect before that of the item; it stands with the file itself, not with the nodes inside its node.
alter table deployment_items add column waits_for bigint[] not null default '{}';
-- What has not been asked for yet; where whoever began to is gone, another replica goes on.
create index deployment_items_unasked on deployment_items (deployment_id) where operation_id is null and reason is null;
