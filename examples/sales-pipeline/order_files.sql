-- Stands for the tills of the shops: the orders of the day as a file, some of them twice, some without a customer, some with an amount that cannot be.
-- How many there are is the parameter `orders`.
copy (
  select n as order_id,
    case when hash('${bizdate}', n, 'customer') % 40 = 0 then '' else 'customer ' || (1 + hash('${bizdate}', n, 'customer') % 900) end as customer,
    ['Oslo', ' Oslo', 'Bergen', 'Tromso', 'bergen '][1 + cast(hash('${bizdate}', n, 'city') % 5 as integer)] as city,
    ['books', 'games', 'music'][1 + cast(hash('${bizdate}', n, 'category') % 3 as integer)] as category,
    case when hash('${bizdate}', n, 'amount') % 60 = 0 then '-1' else cast(1 + hash('${bizdate}', n, 'amount') % 20000 / 100.0 as varchar) end as amount,
    strptime('${bizdate}', '%Y%m%d') + to_seconds(cast(hash('${bizdate}', n, 'time') % 86400 as bigint)) as ordered_at
  from (
    select n from range(1, 1 + cast('${orders}' as bigint)) as every_one(n)
    union all
    select n from range(1, 1 + cast('${orders}' as bigint), 50) as twice(n)
  ) as rung_up
) to 'files/orders_${bizdate}.csv' (header)
