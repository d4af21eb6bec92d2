-- Cleans the orders of the day: each once, with a customer, with an amount that can be, and cities in one way of writing.
create table if not exists dwd_orders (ds varchar, order_id bigint, customer varchar, city varchar, category varchar, amount decimal(18, 2), ordered_at timestamp);
delete from dwd_orders where ds = '${bizdate}';
insert into dwd_orders
select '${bizdate}', order_id, any_value(customer), any_value(city), any_value(category), any_value(amount), min(ordered_at)
from (
  select cast(order_id as bigint) as order_id, customer, upper(substr(trim(city), 1, 1)) || lower(substr(trim(city), 2)) as city, category,
    try_cast(amount as decimal(18, 2)) as amount, cast(ordered_at as timestamp) as ordered_at
  from ods_orders
  where ds = '${bizdate}'
) as typed
where customer is not null and customer <> '' and amount > 0
group by order_id;
