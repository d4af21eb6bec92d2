-- What is published and was not summed up so. It is a strong rule: with one such row nobody goes on with the day.
select count(*)
from ${table} as published
where ${partition}
  and not exists (
    select 1
    from dws_sales_daily as summed
    where summed.ds = strftime(published.day, '%Y%m%d') and summed.city = published.city and summed.category = published.category
      and summed.orders = published.orders and summed.amount = published.amount)
