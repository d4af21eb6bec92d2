-- Publishes the day in the table that others read, which is designed under Tables and submitted to each environment.
delete from ads_sales_daily where day = strptime('${bizdate}', '%Y%m%d');
insert into ads_sales_daily (day, city, category, orders, amount)
select strptime('${bizdate}', '%Y%m%d'), city, category, orders, amount
from dws_sales_daily
where ds = '${bizdate}';
