-- A node's instances are listed by it, of whatever run they are.
create index instances_of_node on instances (node_id, bizdate, id);
