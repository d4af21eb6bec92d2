-- The root of a workspace is found without looking through its nodes.
create index nodes_root on nodes (workspace_id, environment, id) where is_root and unpublished_at is null;
