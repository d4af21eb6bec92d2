-- A message that a target of kind bus led to another bus is delivered there by further deliveries of the same message.
alter table deliveries add column hops smallint not null default 0;
comment on column deliveries.hops is 'Over how many targets of kind bus the message came here';
