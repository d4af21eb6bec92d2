-- What a run gives its nodes instead of their own parameters: a line of parameters by node id.
alter table dags add column parameters jsonb;
