-- Sums the day up by city and category.
create table if not exists dws_sales_daily (ds varchar, city varchar, category varchar, orders bigint, customers bigint, amount decimal(18, 2));
delete from dws_sales_daily where ds = '${bizdate}';
insert into dws_sales_daily
select ds, city, category, count(*), count(distinct customer), sum(amount)
from dwd_orders
where ds = '${bizdate}'
group by ds, city, category;
